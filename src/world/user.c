/* Owns users. */
#include "world/user.h"

#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/cleanup.h"
#include "base/fields.h"
#include "base/mem.h"
#include "proto/casemap.h"
#include "world/acceptance.h"
#include "world/always_on.h"
#include "world/banmask.h"
#include "world/channel.h"
#include "world/faces.h"
#include "world/invitation.h"
#include "world/modes.h"
#include "world/naming.h"
#include "world/notices.h"
#include "world/operating.h"
#include "world/session.h"
#include "world/world.h"

#define NICK_BYTES 512 /* the limit for snapshots; clients have a lower one */

#define SILENCE_RECORD 100
#define METADATA_RECORD 101
#define RECENT_RECORD 102

static const struct field user_fields[] = {
	{ 1, FIELD_U64, FIELD_AT(user, uint64_t, number) },
	{ 2, FIELD_TEXT, FIELD_AT(user, char *, nick) },
	{ 3, FIELD_TEXT, FIELD_AT(user, char *, name) },
	{ 4, FIELD_TEXT, FIELD_AT(user, char *, real_host) },
	{ 5, FIELD_TEXT, FIELD_AT(user, char *, realname) },
	{ 6, FIELD_TEXT, FIELD_AT(user, char *, away) },
	{ 7, FIELD_TEXT, FIELD_AT(user, char *, operator_name) },
	{ 8, FIELD_U32, FIELD_AT(user, uint32_t, flags) },
	{ 9, FIELD_U64, FIELD_AT(user, uint64_t, signon_wall_ms) },
	{ 10, FIELD_U64, FIELD_AT(user, uint64_t, talked_ms) },
	{ 11, FIELD_U32, FIELD_AT(user, uint32_t, notices) },
	{ 12, FIELD_ADDRESS, FIELD_AT(user, struct address, address) },
	{ 32, FIELD_TEXT, FIELD_AT(user, char *, cloak) },
	{ 33, FIELD_TEXT, FIELD_AT(user, char *, address_cloak) },
	{ 70, FIELD_TEXT, FIELD_AT(user, char *, account) },
	{ 72, FIELD_U64, FIELD_AT(user, uint64_t, account_id) },
	{ 75, FIELD_U64, FIELD_AT(user, uint64_t, detached_wall_ms) },
	{ 76, FIELD_BOOL, FIELD_AT(user, bool, is_auto_away) },
};

/* Fields of the same record. */
static const struct field extras_fields[] = {
	{ 40, FIELD_U64, FIELD_AT(user_extras, uint64_t, knocks_full_ms) },
	{ 41, FIELD_U64, FIELD_AT(user_extras, uint64_t, calls_full_ms) },
	{ 50, FIELD_U64, FIELD_AT(user_extras, uint64_t, metadata_full_ms) },
	{ 51, FIELD_U64, FIELD_AT(user_extras, uint64_t, syncs_full_ms) },
	{ 71, FIELD_TEXT, FIELD_AT(user_extras, char *, given_host) },
	{ 73, FIELD_U64, FIELD_AT(user_extras, uint64_t, guest_ms) },
	{ 74, FIELD_BOOL, FIELD_AT(user_extras, bool, was_guest) },
	{ 77, FIELD_U64, FIELD_AT(user_extras, uint64_t, grace_left_ms) },
};

const struct user_extras user_no_extras = {
	.invitations = LIST_EMPTY(user_no_extras.invitations),
	.acceptances = LIST_EMPTY(user_no_extras.acceptances),
	.accepted_by = LIST_EMPTY(user_no_extras.accepted_by),
};

struct user_extras *user_need_extras(struct user *user)
{
	if (user->extras)
		return user->extras;
	user->extras = mem_new(sizeof(*user->extras));
	list_init(&user->extras->invitations);
	list_init(&user->extras->acceptances);
	list_init(&user->extras->accepted_by);
	return user->extras;
}

static void free_user_extras(struct user_extras *extras)
{
	if (!extras)
		return;
	masklist_done(&extras->silence);
	recent_done(&extras->recent);
	metadata_done(&extras->metadata);
	free(extras->given_host);
	free(extras);
}

static struct user *user_blank(void)
{
	struct user *user = mem_new(sizeof(*user));

	list_init(&user->in_dying);
	list_init(&user->in_account);
	list_init(&user->sessions);
	return user;
}

static void drop_faces(struct user *user)
{
	faces_free(user->faces);
	user->faces = NULL;
}

/* Cached in a const user: callers cannot observe the difference. */
static struct faces *faces_of(const struct user *user)
{
	struct user *keeper = (struct user *) (uintptr_t) user;

	if (!user->faces)
		keeper->faces = faces_new(user);
	return user->faces;
}

/* Free the second text, unless it shares the memory of the first, which owns it. */
static void drop_second(const char *first, char **second)
{
	if (*second != first)
		free(*second);
	*second = NULL;
}

static void share_text(char *first, char **second)
{
	if (!first || !*second || *second == first || strcmp(first, *second) != 0)
		return;
	free(*second);
	*second = first;
}

static char *put_source_part(char *end, const char *text, char behind)
{
	size_t length = strlen(text);

	memcpy(end, text, length);
	end[length] = behind;
	return end + length + 1;
}

/* Allocates no spare byte, as each user has a source. */
static char *join_source(const char *nick, const char *name, const char *host)
{
	char *source = mem_space(strlen(nick) + strlen(name) + strlen(host) + 3);

	put_source_part(put_source_part(put_source_part(source, nick, '!'), name, '@'), host, '\0');
	return source;
}

static void make_source(struct user *user)
{
	bool is_cloaked = user->flags & USER_FLAG_CLOAKED && user->cloak;

	drop_faces(user);
	user->host = is_cloaked ? user->cloak : user->real_host;
	if (user_extras(user)->given_host)
		user->host = user_extras(user)->given_host;
	free(user->source);
	user->source = join_source(user->nick, user->name, user->host);
}

static void fold_nick(const struct world *world, struct user *user)
{
	drop_second(user->nick, &user->folded);
	user->folded = casemap_fold(world->casemap, user->nick);
	share_text(user->nick, &user->folded);
}

void user_take_name(struct world *world, struct user *user)
{
	fold_nick(world, user);
	free(user->skeleton);
	user->skeleton = casemap_skeleton(world->casemap, user->nick);
	map_add(&world->users_by_nick, user);
	if (user->skeleton)
		map_add(&world->users_by_skeleton, user);
	make_source(user);
}

void user_leave_name(struct world *world, const struct user *user)
{
	map_remove(&world->users_by_nick, user);
	if (user->skeleton)
		map_remove(&world->users_by_skeleton, user);
}

static void count_flags(struct world *world, const struct user *user, uint32_t change)
{
	if (user->flags & USER_FLAG_INVISIBLE)
		world->n_invisible += change;
	if (user->flags & USER_FLAG_OPERATOR)
		world->n_operators += change;
	if (user->flags & USER_FLAG_HIDES_OPERATOR)
		world->n_hidden_operators += change;
}

static size_t place_among_watchers(const struct world *world, const struct user *user)
{
	size_t i = world->n_watchers;

	while (i && world->watchers[i - 1]->number >= user->number)
		i--;
	return i;
}

static void add_watcher(struct world *world, struct user *user)
{
	size_t i = place_among_watchers(world, user);

	world->watchers =
		mem_resize(world->watchers, world->n_watchers + 1, sizeof(*world->watchers));
	memmove(world->watchers + i + 1, world->watchers + i,
		(world->n_watchers++ - i) * sizeof(*world->watchers));
	world->watchers[i] = user;
}

static void remove_watcher(struct world *world, const struct user *user)
{
	size_t i = place_among_watchers(world, user);

	memmove(world->watchers + i, world->watchers + i + 1,
		(--world->n_watchers - i) * sizeof(*world->watchers));
}

static void put_user_in_world(struct world *world, struct user *user)
{
	user_take_name(world, user);
	user_enter_account(world, user);
	ordered_add(&world->users, user->number, user);
	count_flags(world, user, 1);
	if (user->notices)
		add_watcher(world, user);
	if (++world->n_users > world->max_users)
		world->max_users = world->n_users;
}

void user_note_talk(const struct world *world, struct user *user)
{
	user->talked_ms = world->now_ms;
}

static void fill_user(struct user *user, const char *nick, const char *name, const char *host,
	const char *realname)
{
	user->nick = mem_text(nick);
	user->name = mem_text(name);
	user->real_host = mem_text(host);
	user->realname = mem_text(realname);
}

struct user *user_new_apart(const struct world *world, const char *nick, const char *name,
	const char *host, const char *realname)
{
	struct user *user = user_blank();

	fill_user(user, nick, name, host, realname);
	user->flags = USER_FLAG_BOT;
	fold_nick(world, user);
	make_source(user);
	return user;
}

struct user *user_new(struct world *world, const char *nick, const char *name, const char *host,
	const char *realname)
{
	struct user *user = user_blank();

	fill_user(user, nick, name, host, realname);
	user->number = ++world->next_number;
	user->signon_wall_ms = world->wall_ms;
	user_note_talk(world, user);
	put_user_in_world(world, user);
	return user;
}

void user_set_address(struct user *user, const struct address *address)
{
	user->address = *address;
	drop_faces(user);
}

void user_set_hosts(struct user *user, const struct hosts *hosts)
{
	mem_set_text(&user->real_host, hosts->real);
	drop_second(user->cloak, &user->address_cloak);
	mem_set_text(&user->cloak, hosts->cloak);
	user->address_cloak = mem_text(hosts->address_cloak);
	share_text(user->cloak, &user->address_cloak);
	make_source(user);
}

void user_give_host(struct user *user, const char *host)
{
	if (host || user->extras)
		mem_set_text(&user_need_extras(user)->given_host, host);
	make_source(user);
}

bool user_matches(const struct world *world, const struct user *user, const struct hostmask *mask)
{
	return faces_match(faces_of(user), world->casemap, mask, FACES_ALL);
}

bool user_shows(const struct world *world, const struct user *user, const struct hostmask *mask)
{
	return faces_match(faces_of(user), world->casemap, mask, FACES_SHOWN);
}

void user_drop_indexes(const struct user *user)
{
	if (user->faces)
		faces_drop_indexes(user->faces);
}

static void remember_in_whowas(struct world *world, const struct user *user)
{
	whowas_add(&world->whowas, user, world->wall_ms, world->settings->whowas_entries);
}

void user_end(struct world *world, struct user *user)
{
	remember_in_whowas(world, user);
	while (user->n_members)
		channel_remove(world, user->members[user->n_members - 1]);
	invitations_free_of_user(user);
	acceptances_free_of_user(user);
	if (user->notices)
		remove_watcher(world, user);
	always_on_forget(world, user);
	user_leave_name(world, user);
	list_remove(&user->in_account);
	count_flags(world, user, (uint32_t) -1);
	world->n_users--;
	ordered_remove(&world->users, user->number);
	list_add_last(&world->dying_users, &user->in_dying);
}

void user_free(struct user *user)
{
	if (!user)
		return;
	list_remove(&user->in_dying);
	list_remove(&user->in_account);
	invitations_free_of_user(user);
	acceptances_free_of_user(user);
	free_user_extras(user->extras);
	drop_second(user->nick, &user->folded);
	drop_second(user->cloak, &user->address_cloak);
	free(user->nick);
	free(user->skeleton);
	free(user->name);
	free(user->real_host);
	free(user->cloak);
	drop_faces(user);
	free(user->source);
	free(user->realname);
	free(user->away);
	free(user->operator_name);
	free(user->account);
	free(user->members);
	free(user);
}

struct user *user_find(const struct world *world, const char *nick)
{
	char folded[CASEMAP_KEY_BYTES];

	casemap_fold_into(world->casemap, folded, nick);
	return map_find(&world->users_by_nick, folded);
}

struct user *user_find_number(const struct world *world, uint64_t number)
{
	struct user *user = ordered_from(&world->users, number);

	return user && user->number == number ? user : NULL;
}

void user_set_nick(struct world *world, struct user *user, const char *nick)
{
	/* Users who accepted the old nick need not know who has the new one. */
	if (user_find(world, nick) != user)
		acceptances_free_by_others(user);
	remember_in_whowas(world, user);
	always_on_forget(world, user);
	user_leave_name(world, user);
	drop_second(user->nick, &user->folded);
	mem_set_text(&user->nick, nick);
	user_take_name(world, user);
	always_on_touch(world, user);
}

void user_set_realname(struct user *user, const char *realname)
{
	mem_set_text(&user->realname, realname);
}

void user_set_away(struct user *user, const char *reason)
{
	mem_set_text(&user->away, reason);
}

void user_set_flag(struct world *world, struct user *user, uint32_t flag, bool is_set)
{
	count_flags(world, user, (uint32_t) -1);
	user->flags = is_set ? user->flags | flag : user->flags & ~flag;
	count_flags(world, user, 1);
	if (flag & USER_FLAG_CLOAKED)
		make_source(user);
}

void user_set_operator(struct world *world, struct user *user, const char *name)
{
	mem_set_text(&user->operator_name, name);
	user_set_flag(world, user, USER_FLAG_OPERATOR, name != NULL);
	if (name)
		return;
	user_set_flag(world, user, user_flags_of_operators(), false);
	user_set_notices(world, user, 0);
}

void user_set_notices(struct world *world, struct user *user, uint32_t kinds)
{
	if (!user->notices && kinds)
		add_watcher(world, user);
	else if (user->notices && !kinds)
		remove_watcher(world, user);
	user->notices = kinds;
	user_set_flag(world, user, USER_FLAG_NOTICES, kinds != 0);
}

void user_add_silence(struct user *user, const char *mask)
{
	masklist_add(&user_need_extras(user)->silence, mask, "", 0);
}

char *user_remove_silence(const struct world *world, struct user *user, const char *mask)
{
	return masklist_remove(&user_need_extras(user)->silence, world->casemap, mask);
}

bool user_silences(const struct world *world, const struct user *user, const struct user *speaker)
{
	const struct masklist *silence = &user_extras(user)->silence;
	bool is_silenced = false;

	for (size_t i = 0; i < silence->count && !is_silenced; i++)
		is_silenced = banmask_shows(silence->entries[i].banmask, world, speaker);
	user_drop_indexes(speaker);
	return is_silenced;
}

bool user_take_metadata(const struct world *world, struct user *user, struct rate rate)
{
	return bucket_take_one(&user_need_extras(user)->metadata_full_ms, world->now_ms, rate);
}

bool user_take_sync(const struct world *world, struct user *user, struct rate rate)
{
	return bucket_take_one(&user_need_extras(user)->syncs_full_ms, world->now_ms, rate);
}

void user_note_message(struct user *user, const struct recent_message *message, size_t most)
{
	recent_add(&user_need_extras(user)->recent, *message, most);
}

void user_forget_message(struct user *user, uint64_t id)
{
	recent_forget(&user_need_extras(user)->recent, id);
}

bool user_take_call(const struct world *world, struct user *user, struct rate rate)
{
	return bucket_take_one(&user_need_extras(user)->calls_full_ms, world->now_ms, rate);
}

void user_set_guest_time(struct user *user, uint64_t guest_ms)
{
	if (guest_ms || user->extras)
		user_need_extras(user)->guest_ms = guest_ms;
}

void user_set_grace_left(struct user *user, uint64_t left_ms)
{
	user_need_extras(user)->grace_left_ms = left_ms;
}

void user_note_guest(struct user *user)
{
	user_need_extras(user)->was_guest = true;
}

void user_set_knocks(struct user *user, uint64_t full_ms)
{
	user_need_extras(user)->knocks_full_ms = full_ms;
}

bool user_is_operator_to(const struct user *user, const struct session *viewer)
{
	return user->operator_name &&
	       (!(user->flags & USER_FLAG_HIDES_OPERATOR) || session_operator(viewer));
}

struct member *user_find_member(const struct user *user, const struct channel *channel)
{
	for (size_t i = 0; i < user->n_members; i++)
		if (user->members[i]->channel == channel)
			return user->members[i];
	return NULL;
}

bool user_sees(const struct user *user, const struct user *other)
{
	for (size_t i = 0; i < user->n_members; i++) {
		const struct member *member = user_find_member(other, user->members[i]->channel);

		if (member && member_is_visible_to(member, user->members[i]))
			return true;
	}
	return false;
}

void user_save(struct buffer *out, uint16_t id, const struct user *user)
{
	size_t record = pack_begin(out, id);

	fields_save(out, user_fields, ARRAY_LENGTH(user_fields), user);
	fields_save(out, extras_fields, ARRAY_LENGTH(extras_fields), user_extras(user));
	masklist_save(out, SILENCE_RECORD, &user_extras(user)->silence);
	recent_save(out, RECENT_RECORD, &user_extras(user)->recent);
	metadata_save(out, METADATA_RECORD, &user_extras(user)->metadata);
	pack_end(out, record);
}

/* Drop flags and notices of a later release. Sessions, which are loaded later, set
 * USER_FLAG_SECURE. */
static void forget_unknown_of_user(struct user *user)
{
	user->flags &= user_flags_all() & ~(uint32_t) USER_FLAG_SECURE;
	user->notices &= notices_kinds();
	if (!user->notices)
		user->flags &= ~(uint32_t) USER_FLAG_NOTICES;
}

static void load_extras(struct user *user, const struct pack_field *field)
{
	struct user_extras *extras = user_need_extras(user);

	if (field->id == SILENCE_RECORD)
		masklist_load(&extras->silence, pack_field_record(field));
	else if (field->id == METADATA_RECORD)
		metadata_load(&extras->metadata, pack_field_record(field));
	else if (field->id == RECENT_RECORD)
		recent_load(&extras->recent, pack_field_record(field));
	else
		fields_load(extras_fields, ARRAY_LENGTH(extras_fields), extras, field);
}

bool user_load(struct world *world, struct pack record)
{
	struct user *user = user_blank();
	struct pack_field field;

	while (pack_next(&record, &field))
		if (!fields_load(user_fields, ARRAY_LENGTH(user_fields), user, &field))
			load_extras(user, &field);
	forget_unknown_of_user(user);
	share_text(user->cloak, &user->address_cloak);
	/* Users are saved in order of their numbers. */
	if (user->number <= ordered_last_number(&world->users) || !user->nick || !user->name ||
		!user->real_host || !user->realname || strlen(user->nick) > NICK_BYTES ||
		naming_find_other(world, NULL, user->nick)) {
		user_free(user);
		return false;
	}
	put_user_in_world(world, user);
	return true;
}
