/* Ownership: CLEANUP() frees what a function owns, TAKE() passes it on. */
#pragma once

#include <stddef.h>

#define CLEANUP(function) __attribute__((cleanup(function)))

/* The value of a pointer variable, which becomes NULL: the owner has changed. */
#define TAKE(pointer)                                                                              \
	__extension__({                                                                            \
		__typeof__(pointer) taken_ = (pointer);                                            \
		(pointer) = NULL;                                                                  \
		taken_;                                                                            \
	})

/* The same for a file descriptor, which becomes -1. */
#define TAKE_FD(fd)                                                                                \
	__extension__({                                                                            \
		int taken_fd_ = (fd);                                                              \
		(fd) = -1;                                                                         \
		taken_fd_;                                                                         \
	})

#define ARRAY_LENGTH(array) (sizeof(array) / sizeof((array)[0]))

/* The struct that holds the member which pointer points at. */
#define CONTAINER_OF(pointer, type, member)                                                        \
	((type *) (void *) ((char *) (pointer) -offsetof(type, member)))
