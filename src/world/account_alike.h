/* Accounts whose names or other nicks look like a name. */
#pragma once

struct account;
struct world;

/* The account that has the nick; otherwise one with a nick that looks like it: `own`, which may be
 * NULL, if that has one, or else the oldest. NULL: none. */
struct account *account_find_alike(
	const struct world *world, const struct account *own, const char *nick);
