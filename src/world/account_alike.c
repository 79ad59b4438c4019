/* Owns the search for accounts by the looks of their names. */
#include "world/account_alike.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "world/accounts.h"
#include "world/world.h"

/* What looks like the skeleton, so far. */
struct alike {
	const struct world *world;
	const struct account *own;
	const char *skeleton;
	struct account *found;
};

static void note_account(struct alike *alike, struct account *account)
{
	if (alike->found && alike->found == alike->own)
		return;
	if (!alike->found || account == alike->own || account->id < alike->found->id)
		alike->found = account;
}

static void note_plain(struct alike *alike, struct account *account, const char *name)
{
	CLEANUP(mem_freep) char *skeleton = casemap_skeleton(alike->world->casemap, name);

	if (skeleton && strcmp(skeleton, alike->skeleton) == 0)
		note_account(alike, account);
}

/* Names that look like their folded forms. */
static void search_plain(struct alike *alike)
{
	struct account *account = account_find(alike->world, alike->skeleton);
	const struct account_nick *nick = account_find_nick(alike->world, alike->skeleton);

	if (account)
		note_plain(alike, account, account->name);
	if (nick)
		note_plain(alike, nick->account, nick->name);
}

static void search_looks(struct alike *alike)
{
	const struct accounts *accounts = &alike->world->accounts;
	enum casemap casemap = (enum casemap) alike->world->casemap;
	struct look *look = looks_first(&accounts->looks, casemap, alike->skeleton);

	for (; look; look = looks_next(&accounts->looks, casemap, look, alike->skeleton))
		note_account(alike, CONTAINER_OF(look, struct account, look));
	look = looks_first(&accounts->nick_looks, casemap, alike->skeleton);
	for (; look; look = looks_next(&accounts->nick_looks, casemap, look, alike->skeleton))
		note_account(alike, CONTAINER_OF(look, struct account_nick, look)->account);
}

struct account *account_find_alike(
	const struct world *world, const struct account *own, const char *nick)
{
	CLEANUP(mem_freep) char *skeleton = casemap_skeleton(world->casemap, nick);
	struct alike alike = { .world = world,
		.own = own,
		.skeleton = skeleton,
		.found = account_find_owner(world, nick) };

	if (alike.found || !skeleton || !world->accounts.by_name.count)
		return alike.found;
	search_plain(&alike);
	search_looks(&alike);
	return alike.found;
}
