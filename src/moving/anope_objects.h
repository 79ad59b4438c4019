/* What a database of Anope is made of, whichever of its modules wrote it: objects with a type and
 * named texts. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "config/problem.h"
#include "moving/moving_tree.h"

struct anope_pair {
	char *name;
	char *value;
};

struct anope_object {
	char *type;
	unsigned int line; /* 0: not known */
	struct anope_pair *pairs;
	size_t n_pairs;
};

struct anope_objects {
	struct anope_object *items;
	size_t count;
};

void anope_objects_done(struct anope_objects *objects);

/* NULL: the object has no such text. */
const char *anope_text(const struct anope_object *object, const char *name);

/* The text of db_flatfile: lines OBJECT type, DATA name value, END; or the JSON of db_json. False:
 * something else, which was added to the problems. */
bool anope_objects_read(const struct moving_file *file, struct anope_objects *ret_objects,
	struct problems *problems);
