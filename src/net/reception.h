/* Takes the callers of a socket of this machine while there is room for them; the others wait in
 * the kernel. Without a free descriptor it waits for half a second: a caller that cannot be
 * accepted would be reported all the time. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "net/loop.h"

struct reception;

struct reception_needs {
	struct loop *loop;
	int listener; /* taken over; it need not be non-blocking */
	size_t most;  /* callers at a time */
	/* Takes the descriptor, which does not block. */
	void (*on_caller)(void *data, int fd);
	/* No caller can be accepted, a negative errno: once, until one is. NULL is allowed. */
	void (*on_shortage)(void *data, int error);
	void *data;
};

/* 0, or a negative errno: the listener is closed. */
int reception_new(const struct reception_needs *needs, struct reception **ret_reception);
void reception_free(struct reception *reception); /* closes the listener; NULL is allowed */

void reception_leave(struct reception *reception); /* a caller has left */
size_t reception_count(const struct reception *reception);

/* In milliseconds of the loop; UINT64_MAX: there is nothing to do. */
uint64_t reception_next_deadline(const struct reception *reception);
void reception_tick(struct reception *reception);
