/* Owns how threads start, wait, and read the clock. */
#include "store/thread.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>

#define STRETCH_BYTES (64 << 10) /* too few for a mapping of their own */

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

/* glibc makes a thread's heap accessible page by page, for which it locks all addresses of the
 * process. If the thread is interrupted meanwhile, the loop has to wait with its next fork(). What
 * was accessible stays so when it is freed. */
void thread_stretch_heap(size_t size)
{
	size_t n_blocks = size / STRETCH_BYTES;
	void **blocks = calloc(n_blocks, sizeof(*blocks));

	for (size_t i = 0; blocks && i < n_blocks; i++)
		blocks[i] = malloc(STRETCH_BYTES);
	for (size_t i = n_blocks; blocks && i > 0; i--)
		free(blocks[i - 1]);
	free(blocks);
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
