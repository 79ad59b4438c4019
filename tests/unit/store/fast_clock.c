/* Owns the calls of thread.c that the linker replaces. */
#include "fast_clock.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <time.h>

uint64_t __wrap_thread_now_ms(void);
bool __real_thread_wait(pthread_cond_t *wake, pthread_mutex_t *lock, uint64_t until_ms);
bool __wrap_thread_wait(pthread_cond_t *wake, pthread_mutex_t *lock, uint64_t until_ms);

static uint64_t now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t) now.tv_sec * 1000000 + (uint64_t) now.tv_nsec / 1000;
}

uint64_t __wrap_thread_now_ms(void)
{
	return now_us() * FAST_CLOCK_TIMES / 1000;
}

bool __wrap_thread_wait(pthread_cond_t *wake, pthread_mutex_t *lock, uint64_t until_ms)
{
	return __real_thread_wait(
		wake, lock, until_ms == UINT64_MAX ? UINT64_MAX : until_ms / FAST_CLOCK_TIMES + 1);
}
