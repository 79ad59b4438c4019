/* The descriptors that the next process gets, by their names: from the service manager, who keeps
 * them, or from the program that was there before in the same process. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"
#include "base/pack.h"

/* Of all but the parking lots, which have names of their own; listeners have others. */
#define KEPT_PREFIX "papod-"

struct kept_file {
	char *name;
	int fd; /* -1: taken */
};

/* All zero: nothing was kept. */
struct kept {
	struct kept_file *files;
	size_t count;
};

void kept_done(struct kept *kept);   /* closes what nobody took */
void kept_forget(struct kept *kept); /* without closing anything */
bool kept_is_one(const char *name);
void kept_add(struct kept *kept, int fd, const char *name);
int kept_take_at(struct kept *kept, size_t i);
/* Which number has which name, as fields; and from there, if they are open. */
void kept_save(const struct kept *kept, struct buffer *out);
void kept_load(struct kept *kept, struct pack record);
int kept_take(struct kept *kept, const char *name); /* the caller's from now on; -1: not there */
