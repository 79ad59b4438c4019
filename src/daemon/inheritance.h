/* What this process has from its birth on: from the service manager, or from the program that was
 * here before it in the same process. */
#pragma once

#include <stdbool.h>

#include "base/buffer.h"
#include "base/log.h"
#include "net/listeners.h"
#include "survival/descriptors.h"

struct inheritance {
	bool is_successor;	   /* of another program in this process */
	bool has_passed_sockets;   /* by the service manager, to us or to that program */
	struct descriptors *files; /* what is no listener */
	struct buffer listeners;   /* see listeners_load() */
};

/* What the other program has left. Once, at the start; the files are the caller's. */
struct inheritance inheritance_new(struct descriptors *files);
void inheritance_done(struct inheritance *inheritance);

/* The listeners of both; and what else the service manager passes in is added to the files. Those
 * that cannot be used are logged. 0 or a negative errno. */
int inheritance_give_listeners(
	struct inheritance *inheritance, struct listeners *listeners, const struct log *log);
