/* Descriptors that this program inherits: from the service manager, or from the previous program in
 * the same process. */
#pragma once

#include <stdbool.h>

#include "base/buffer.h"
#include "base/log.h"
#include "net/listeners.h"
#include "survival/descriptors.h"

struct inheritance {
	bool is_successor;	   /* there was a previous program in this process */
	bool has_passed_sockets;   /* from the service manager, to this or the previous program */
	struct descriptors *files; /* all but listeners */
	struct buffer listeners;   /* see listeners_load() */
};

/* Take what the previous program left. Call once, at the start; the caller owns the files. */
struct inheritance inheritance_new(struct descriptors *files);
void inheritance_done(struct inheritance *inheritance);

/* Pass the listeners from both to the set; other descriptors from the service manager are added to
 * the files. Unusable ones are logged. 0 or a negative errno. */
int inheritance_give_listeners(
	struct inheritance *inheritance, struct listeners *listeners, const struct log *log);
