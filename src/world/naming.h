/* Which names are taken. Users and channels are found by their names under one case mapping,
 * which is in force for the whole world: world->casemap. With CASEMAP_UTF8, nicks that look alike
 * are taken too; see proto/unicode.h. Names of accounts are compared likewise; see account_alike.h.
 */
#pragma once

#include <stdbool.h>

#include "proto/casemap.h"

struct world;
struct user;
struct settings;

/* A user whose nick equals or looks like this one; NULL if there is none. `except` may be NULL. */
const struct user *naming_find_other(
	const struct world *world, const struct user *except, const char *nick);

/* Are the nicks equal, or do they look alike? */
bool naming_are_alike(const struct world *world, const char *nick, const char *other);

enum casemap naming_wanted(const struct settings *settings);

/* Two names that differ now, but would become equal or look alike. */
struct naming_clash {
	const char *a, *b; /* borrowed */
};

/* True: the mapping is in force. False: names would clash, and nothing has changed. */
bool naming_set_casemap(struct world *world, enum casemap casemap, struct naming_clash *ret_clash);
