/* Stores to memory that the next process inherits.
 *
 * A crash comes between two instructions: the stores before it are in the memory, and those after
 * it are not. So only the compiler must not move accesses across such a store. A barrier of the
 * processor would be for other threads, and takes longer than all the rest of a small change. */
#pragma once

#define PUBLISH(place, value)                                                                      \
	do {                                                                                       \
		__atomic_signal_fence(__ATOMIC_SEQ_CST);                                           \
		__atomic_store_n((place), (value), __ATOMIC_RELAXED);                              \
		__atomic_signal_fence(__ATOMIC_SEQ_CST);                                           \
	} while (0)
