/* Owns the start of a thread, and what is left to free at its end. */
#include "service/detached_thread.h"

#include <pthread.h>
#include <resolv.h>
#include <stdlib.h>

#include "base/mem.h"

struct thread_start {
	void (*run)(void *data);
	void *data;
};

/* The C library frees what it keeps for a thread that asked name servers too late: a tool that
 * looks for leaks while the process ends takes the thread for gone already. */
static void free_resolver_state(void)
{
	if (_res.options & RES_INIT)
		res_nclose(&_res);
}

static void *run_detached(void *data)
{
	struct thread_start start = *(struct thread_start *) data;

	free(data);
	start.run(start.data);
	free_resolver_state();
	return NULL;
}

bool detached_thread_start(void (*run)(void *data), void *data)
{
	struct thread_start *start = mem_new(sizeof(*start));
	pthread_attr_t attributes;
	pthread_t id;
	bool has_started;

	start->run = run;
	start->data = data;
	pthread_attr_init(&attributes);
	pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	has_started = pthread_create(&id, &attributes, run_detached, start) == 0;
	pthread_attr_destroy(&attributes);
	if (!has_started)
		free(start);
	return has_started;
}
