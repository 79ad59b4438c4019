/* Owns the rows of users that are always on. */
#include "world/always_on.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/fields.h"
#include "base/mem.h"
#include "proto/name_syntax.h"
#include "proto/store_row.h"
#include "world/account_marks.h"
#include "world/account_wishes.h"
#include "world/accounts.h"
#include "world/channel.h"
#include "world/modes.h"
#include "world/naming.h"
#include "world/sight.h"
#include "world/user.h"
#include "world/world.h"

#define CHANNEL_RECORD (STORE_FIRST_FREE_FIELD + 20)
#define CHANNEL_NAME 1
#define CHANNEL_RANKS 2
#define CHANNEL_JOINED 3 /* struct member.joined_id */
/* A row is as long as the store takes at most. */
#define MOST_CHANNELS 1000

struct kept_user {
	char *nick; /* the mark may have another spelling of it */
	char *name;
	char *host; /* as others saw it */
	char *realname;
	char *away;
	bool is_auto_away;
	uint32_t flags;
	uint64_t signon_wall_ms;
	uint64_t detached_wall_ms;
};

static const struct field kept_fields[] = {
	{ STORE_FIRST_FREE_FIELD, FIELD_TEXT, FIELD_AT(kept_user, char *, name) },
	{ STORE_FIRST_FREE_FIELD + 1, FIELD_TEXT, FIELD_AT(kept_user, char *, host) },
	{ STORE_FIRST_FREE_FIELD + 2, FIELD_TEXT, FIELD_AT(kept_user, char *, realname) },
	{ STORE_FIRST_FREE_FIELD + 3, FIELD_TEXT, FIELD_AT(kept_user, char *, away) },
	{ STORE_FIRST_FREE_FIELD + 4, FIELD_BOOL, FIELD_AT(kept_user, bool, is_auto_away) },
	{ STORE_FIRST_FREE_FIELD + 5, FIELD_U32, FIELD_AT(kept_user, uint32_t, flags) },
	{ STORE_FIRST_FREE_FIELD + 6, FIELD_U64, FIELD_AT(kept_user, uint64_t, signon_wall_ms) },
	{ STORE_FIRST_FREE_FIELD + 8, FIELD_TEXT, FIELD_AT(kept_user, char *, nick) },
	{ STORE_FIRST_FREE_FIELD + 7, FIELD_U64, FIELD_AT(kept_user, uint64_t, detached_wall_ms) },
};

bool user_is_always_on(const struct world *world, const struct user *user)
{
	return user->account_id &&
	       account_has_wish(world, account_of_user(world, user), ACCOUNT_WISH_ALWAYS_ON) &&
	       account_has_nick_of_user(world, user);
}

void always_on_forget(struct world *world, const struct user *user)
{
	struct account *account = user->account_id ? account_of_user(world, user) : NULL;

	if (account)
		account_mark_remove(world, account, ACCOUNT_MARK_USER, user->nick);
}

void always_on_touch(struct world *world, const struct user *user)
{
	/* A user that is just being made is as in its row. */
	if (!user->account_id || !world->are_users_restored)
		return;
	if (user_is_always_on(world, user))
		account_mark_touch(
			world, account_of_user(world, user), ACCOUNT_MARK_USER, user->nick);
	else
		always_on_forget(world, user);
}

static void put_kept_channel(struct buffer *out, const struct member *member)
{
	size_t record = pack_begin(out, CHANNEL_RECORD);

	pack_text(out, CHANNEL_NAME, member->channel->name);
	pack_u64(out, CHANNEL_RANKS, member->ranks);
	pack_u64(out, CHANNEL_JOINED, member->joined_id);
	pack_end(out, record);
}

void always_on_put(struct buffer *out, const struct world *world, const char *nick)
{
	const struct user *user = user_find(world, nick);
	struct kept_user kept;

	if (!user)
		return;
	kept = (struct kept_user){
		.nick = user->nick,
		.name = user->name,
		.host = (char *) (uintptr_t) user->host,
		.realname = user->realname,
		.away = user->away,
		.is_auto_away = user->is_auto_away,
		.flags = user->flags & user_flags_kept(),
		.signon_wall_ms = user->signon_wall_ms,
		.detached_wall_ms = user->detached_wall_ms,
	};
	fields_save(out, kept_fields, ARRAY_LENGTH(kept_fields), &kept);
	for (size_t i = 0; i < user->n_members && i < MOST_CHANNELS; i++)
		put_kept_channel(out, user->members[i]);
}

static void kept_user_done(struct kept_user *kept)
{
	free(kept->nick);
	free(kept->name);
	free(kept->host);
	free(kept->realname);
	free(kept->away);
}

static bool is_clean_text(const char *text)
{
	return text && *text && !strpbrk(text, "\r\n");
}

static bool is_kept_user_whole(const struct kept_user *kept)
{
	return is_clean_text(kept->nick) && is_clean_text(kept->name) &&
	       is_clean_text(kept->host) && is_clean_text(kept->realname) &&
	       !strpbrk(kept->name, " !@") && !strchr(kept->host, ' ') &&
	       (!kept->away || is_clean_text(kept->away));
}

static void rejoin(struct world *world, struct user *user, struct pack record)
{
	CLEANUP(mem_freep) char *name = NULL;
	struct channel *channel;
	struct pack_field field;
	struct member *member;
	uint64_t joined_id = 0;
	uint32_t ranks = 0;

	while (pack_next(&record, &field))
		if (field.id == CHANNEL_NAME) {
			free(name);
			name = pack_field_text(&field);
		} else if (field.id == CHANNEL_RANKS) {
			ranks = (uint32_t) pack_field_u64(&field);
		} else if (field.id == CHANNEL_JOINED) {
			joined_id = pack_field_u64(&field);
		}
	if (!name || !channel_name_is_valid(world->casemap, name, CHANNEL_NAME_BYTES))
		return;
	channel = channel_find(world, name);
	if (channel && user_find_member(user, channel))
		return;
	if (!channel)
		channel = channel_new(world, name);
	member = channel_add(world, channel, user, ranks & channel_mode_values(MODE_KIND_PREFIX));
	member_set_joined(member, joined_id);
	sight_hide_newcomer(member);
}

static void rejoin_all(struct world *world, struct user *user, const struct buffer *row)
{
	struct pack pack = pack_over(row->bytes, row->length);
	struct pack_field field;

	while (pack_next(&pack, &field))
		if (field.id == CHANNEL_RECORD)
			rejoin(world, user, pack_field_record(&field));
}

static void make_kept_user(
	struct world *world, const struct account *account, const struct kept_user *kept)
{
	struct user *user = user_new(world, kept->nick, kept->name, kept->host, kept->realname);

	user_set_account(world, user, account->name, account->id);
	user_set_flag(world, user, kept->flags & user_flags_kept(), true);
	user_set_away(user, kept->away);
	user_set_detached(user, kept->detached_wall_ms ? kept->detached_wall_ms : world->wall_ms);
	user_set_auto_away(user, kept->is_auto_away);
	user_set_signon(user, kept->signon_wall_ms);
}

static void restore_one(struct world *world, struct account *account, struct account_mark *mark)
{
	CLEANUP(kept_user_done) struct kept_user kept = { 0 };
	CLEANUP(buffer_done) struct buffer row = account_mark_take_row(mark);
	struct pack pack = pack_over(row.bytes, row.length);
	struct pack_field field;

	while (pack_next(&pack, &field))
		fields_load(kept_fields, ARRAY_LENGTH(kept_fields), &kept, &field);
	if (pack.failed || !is_kept_user_whole(&kept) ||
		naming_find_other(world, NULL, kept.nick) ||
		!casemap_equals(world->casemap, kept.nick, mark->name) ||
		account_find_owner(world, kept.nick) != account ||
		!nick_is_valid(world->casemap, kept.nick, NICK_MOST_BYTES))
		return;
	make_kept_user(world, account, &kept);
	rejoin_all(world, user_find(world, kept.nick), &row);
}

/* The rows were read again, and tell of users that have left since. */
static void prune_kept(struct world *world, struct account *account)
{
	struct account_marks *marks = account->extras ? account->extras->marks : NULL;

	for (uint32_t i = marks ? marks->count : 0; i-- > 0;) {
		const struct account_mark *mark = &marks->items[i];
		const struct user *user;

		if (mark->kind != ACCOUNT_MARK_USER)
			continue;
		user = user_find(world, mark->name);
		if (!user || user->account_id != account->id)
			account_mark_remove(world, account, ACCOUNT_MARK_USER, mark->name);
	}
}

void always_on_restore(struct world *world)
{
	struct account *account;

	if (world->are_users_restored) {
		ORDERED_EACH (account, &world->accounts.all)
			prune_kept(world, account);
		return;
	}
	ORDERED_EACH (account, &world->accounts.all) {
		struct account_marks *marks = account->extras ? account->extras->marks : NULL;

		for (uint32_t i = 0; marks && i < marks->count; i++)
			if (marks->items[i].kind == ACCOUNT_MARK_USER && marks->items[i].wall_ms)
				restore_one(world, account, &marks->items[i]);
	}
	world_note_users_restored(world);
}
