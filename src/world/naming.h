/* Which names are taken. Users and channels are found by their names under one case mapping,
 * which is in force for the whole world: world->casemap. With CASEMAP_UTF8 also those are found
 * whose nicks look alike; see proto/unicode.h. */
#pragma once

#include <stdbool.h>

#include "proto/casemap.h"

struct world;
struct user;
struct settings;

/* Somebody else than that one, which may be NULL, whose nick is the same or looks like it; NULL:
 * nobody. */
const struct user *naming_find_other(
	const struct world *world, const struct user *except, const char *nick);

enum casemap naming_wanted(const struct settings *settings);

/* Two names that are different now and would be one, or would look alike. */
struct naming_clash {
	const char *a, *b; /* borrowed */
};

/* True: it is in force. False: nothing has changed, for names would clash. */
bool naming_set_casemap(struct world *world, enum casemap casemap, struct naming_clash *ret_clash);
