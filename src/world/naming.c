/* Owns the search for names that are taken and the change from one case mapping to another.
 *
 * Names compare as ASCII by default: A to Z equal a to z, and nothing else is folded. The mapping
 * in force belongs to the world, not to the settings: a reload that would make two names in use
 * equal does not change it. */
#include "world/naming.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "base/ordered.h"
#include "world/channel.h"
#include "world/renaming.h"
#include "world/user.h"
#include "world/world.h"

enum casemap naming_wanted(const struct settings *settings)
{
	enum casemap casemap = CASEMAP_ASCII;

	casemap_find(settings->casemapping, &casemap);
	return casemap;
}

const struct user *naming_find_other(
	const struct world *world, const struct user *except, const char *nick)
{
	CLEANUP(mem_freep) char *skeleton = casemap_skeleton(world->casemap, nick);
	const struct user *user = user_find(world, nick);

	if (skeleton && (!user || user == except))
		user = map_find(&world->users_by_skeleton, skeleton);
	return user == except ? NULL : user;
}

bool naming_are_alike(const struct world *world, const char *nick, const char *other)
{
	CLEANUP(mem_freep) char *skeleton = casemap_skeleton(world->casemap, nick);
	CLEANUP(mem_freep) char *other_skeleton = casemap_skeleton(world->casemap, other);

	return casemap_equals(world->casemap, nick, other) ||
	       (skeleton && other_skeleton && strcmp(skeleton, other_skeleton) == 0);
}

struct named {
	char *key;
	const char *name;
};

struct named_list {
	struct named *items;
	size_t count;
};

static void add_named(struct named_list *list, char *key, const char *name)
{
	if (key)
		list->items[list->count++] = (struct named){ key, name };
}

static int compare_named(const void *a, const void *b)
{
	return strcmp(((const struct named *) a)->key, ((const struct named *) b)->key);
}

/* Find two different names with the same key. */
static bool find_clash(struct named_list *list, struct naming_clash *ret_clash)
{
	bool is_found = false;

	qsort(list->items, list->count, sizeof(*list->items), compare_named);
	for (size_t i = 1; i < list->count && !is_found; i++) {
		is_found = strcmp(list->items[i - 1].key, list->items[i].key) == 0;
		if (is_found)
			*ret_clash = (struct naming_clash){ list->items[i - 1].name,
				list->items[i].name };
	}
	for (size_t i = 0; i < list->count; i++)
		free(list->items[i].key);
	list->count = 0;
	return is_found;
}

static void add_names_of_account(
	struct named_list *list, enum casemap casemap, const struct account *account)
{
	const struct account_nick *nick;

	add_named(list, casemap_fold(casemap, account->name), account->name);
	LIST_EACH (nick, &account_extras(account)->nicks, in_account)
		add_named(list, casemap_fold(casemap, nick->name), nick->name);
}

static bool would_clash(
	const struct world *world, enum casemap casemap, struct naming_clash *ret_clash)
{
	size_t most = (size_t) world->n_users + world->n_channels +
		      ordered_count(&world->accounts.all) + world->accounts.nicks.count + 1;
	struct named_list list = { .items = mem_new(most * sizeof(*list.items)) };
	const struct account *account;
	const struct channel *channel;
	const struct user *user;
	bool is_found;

	ORDERED_EACH (user, &world->users)
		add_named(&list, casemap_fold(casemap, user->nick), user->nick);
	is_found = find_clash(&list, ret_clash);
	ORDERED_EACH (user, &world->users)
		add_named(&list, casemap_skeleton(casemap, user->nick), user->nick);
	is_found = find_clash(&list, ret_clash) || is_found;
	ORDERED_EACH (channel, &world->channels)
		add_named(&list, casemap_fold(casemap, channel->name), channel->name);
	is_found = find_clash(&list, ret_clash) || is_found;
	ORDERED_EACH (account, &world->accounts.all)
		add_names_of_account(&list, casemap, account);
	is_found = find_clash(&list, ret_clash) || is_found;
	free(list.items);
	return is_found;
}

bool naming_set_casemap(struct world *world, enum casemap casemap, struct naming_clash *ret_clash)
{
	struct channel *channel;
	struct user *user;

	if (world->casemap == casemap)
		return true;
	if (would_clash(world, casemap, ret_clash))
		return false;
	ORDERED_EACH (user, &world->users)
		user_leave_name(world, user);
	ORDERED_EACH (channel, &world->channels) {
		renamings_forget_of_channel(world, channel);
		channel_leave_name(world, channel);
	}
	world->casemap = casemap;
	world_forget_isupport(world);
	monitors_fold(world);
	accounts_fold(world);
	ORDERED_EACH (user, &world->users)
		user_take_name(world, user);
	ORDERED_EACH (channel, &world->channels)
		channel_take_name(world, channel);
	return true;
}
