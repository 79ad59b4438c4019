#include "service/detached_thread.h"

#include <pthread.h>

bool detached_thread_start(void *(*run)(void *data), void *data)
{
	pthread_attr_t attributes;
	pthread_t id;
	bool has_started;

	pthread_attr_init(&attributes);
	pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	has_started = pthread_create(&id, &attributes, run, data) == 0;
	pthread_attr_destroy(&attributes);
	return has_started;
}
