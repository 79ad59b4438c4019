/* Owns how threads start, wait, and read the clock. */
#include "store/thread.h"

#include <errno.h>
#include <signal.h>
#include <time.h>

uint64_t thread_now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t) now.tv_sec * 1000 + (uint64_t) now.tv_nsec / 1000000;
}

int thread_start(pthread_t *ret_thread, void *(*run)(void *data), void *data)
{
	sigset_t all, before;
	int error;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	error = pthread_create(ret_thread, NULL, run, data);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return -error;
}

void thread_init_wake(pthread_cond_t *wake)
{
	pthread_condattr_t attributes;

	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(wake, &attributes);
	pthread_condattr_destroy(&attributes);
}

bool thread_wait(pthread_cond_t *wake, pthread_mutex_t *lock, uint64_t until_ms)
{
	struct timespec until = {
		.tv_sec = (time_t) (until_ms / 1000),
		.tv_nsec = (long) (until_ms % 1000) * 1000000,
	};

	if (until_ms == UINT64_MAX)
		return pthread_cond_wait(wake, lock) == 0;
	return pthread_cond_timedwait(wake, lock, &until) != ETIMEDOUT;
}
