/* What the threads of the two databases share. */
#pragma once

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Milliseconds of a clock that never goes back. */
uint64_t thread_now_ms(void);
/* Start a thread that gets no signals: they are for the loop's. 0 or a negative errno. */
int thread_start(pthread_t *ret_thread, void *(*run)(void *data), void *data);
/* By the thread itself, at its start: let its heap grow to this many bytes without a lock of the
 * whole process. Takes addresses, no memory. */
void thread_stretch_heap(size_t size);
/* A condition on which thread_wait() can wait. */
void thread_init_wake(pthread_cond_t *wake);
/* False: the time has come; UINT64_MAX: never. */
bool thread_wait(pthread_cond_t *wake, pthread_mutex_t *lock, uint64_t until_ms);
