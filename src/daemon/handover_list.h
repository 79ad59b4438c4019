/* What a program tells the next one in the same process: a file of memory, whose number is in the
 * environment. It is not LISTEN_FDS: numbers from 3 on would have to be taken from what has them.
 */
#pragma once

#include <stdbool.h>

#include "base/buffer.h"
#include "survival/descriptors.h"

#define HANDOVER_LIST_VARIABLE "PAPOD_HANDOVER"

/* All zero: nothing. */
struct handover_list {
	struct descriptors files; /* the same numbers there as here */
	struct buffer listeners;  /* see listeners_save() */
	bool has_passed_sockets;  /* by the service manager */
};

/* The descriptors are the caller's. */
void handover_list_done(struct handover_list *list);

/* In a file that no other program inherits yet. 0 or a negative errno. */
int handover_list_write(const struct handover_list *list, int *ret_fd);
/* False: no other program was here before us in this process. Once: the environment forgets it. */
bool handover_list_take(struct handover_list *ret_list);
