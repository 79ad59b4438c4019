/* The descriptors that the service manager keeps for the next process, by their names. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

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

void kept_done(struct kept *kept); /* closes what nobody took */
bool kept_is_one(const char *name);
void kept_add(struct kept *kept, int fd, const char *name);
int kept_take_at(struct kept *kept, size_t i);
int kept_take(struct kept *kept, const char *name); /* the caller's from now on; -1: not there */
