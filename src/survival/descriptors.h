/* Inherited descriptors, by name: the ones that the previous process left for this one, or that
 * this one leaves for the next. The service manager stores them, or exec() leaves them open. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"
#include "base/pack.h"

/* The prefix of all names except those of the parking lots. Descriptors with other names are
 * listeners. */
#define DESCRIPTORS_PREFIX "papod-"

struct descriptor {
	char *name;
	int fd; /* -1: taken */
};

/* All zero: an empty list. */
struct descriptors {
	struct descriptor *files;
	size_t count;
};

void descriptors_done(struct descriptors *list);   /* closes descriptors that were not taken */
void descriptors_forget(struct descriptors *list); /* without closing anything */
bool descriptors_is_ours(const char *name);	   /* false: the name of a listener */
void descriptors_add(struct descriptors *list, int fd, const char *name);

/* Take a descriptor of that name, which the caller owns from now on. -1: none is left. */
int descriptors_take(struct descriptors *list, const char *name);
int descriptors_take_at(struct descriptors *list, size_t i);

/* Save names and numbers as fields. Loading skips descriptors that are not open. */
void descriptors_save(const struct descriptors *list, struct buffer *out);
void descriptors_load(struct descriptors *list, struct pack record);
