/* Threads that are not waited for, such as for questions that may take long. pthreads(7) */
#pragma once

#include <stdbool.h>

/* Signals are for the loop's thread only, which has blocked them already: loop_signals(). False: no
 * thread could be started. */
bool detached_thread_start(void (*run)(void *data), void *data);
