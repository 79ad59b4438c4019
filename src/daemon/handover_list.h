/* The list that a program passes to the next one in the same process: a memory file, whose
 * descriptor is in the environment. Not LISTEN_FDS, whose descriptors from 3 on may be in use. */
#pragma once

#include <stdbool.h>

#include "base/buffer.h"
#include "survival/descriptors.h"

#define HANDOVER_LIST_VARIABLE "PAPOD_HANDOVER"

/* All zero: nothing. */
struct handover_list {
	struct descriptors files; /* with the same numbers in both programs */
	struct buffer listeners;  /* see listeners_save() */
	bool has_passed_sockets;  /* from the service manager */
};

/* Does not close the descriptors, which the caller owns. */
void handover_list_done(struct handover_list *list);

/* Write the list to a file that is closed by exec() for now. 0 or a negative errno. */
int handover_list_write(const struct handover_list *list, int *ret_fd);
/* Take the list of the previous program in this process, and remove it from the environment. False:
 * there was none. */
bool handover_list_take(struct handover_list *ret_list);
