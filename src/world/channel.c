/* Owns channels and memberships. */
#include "world/channel.h"

#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/cleanup.h"
#include "base/fields.h"
#include "base/mem.h"
#include "proto/casemap.h"
#include "world/always_on.h"
#include "world/history.h"
#include "world/invitation.h"
#include "world/msgid.h"
#include "world/registered_channels.h"
#include "world/renaming.h"
#include "world/session.h"
#include "world/sight.h"
#include "world/snapshot_ids.h"
#include "world/user.h"
#include "world/world.h"

#define REGISTERED_ID 52
#define INVITATION_RECORD 102 /* 101 was a list of user numbers */
#define RENAMING_RECORD 103
#define METADATA_RECORD 104
#define RECENT_RECORD 105
#define LIST_RECORD 110 /* and up: one id for each list */

static const struct field channel_fields[] = {
	{ 1, FIELD_TEXT, FIELD_AT(channel, char *, name) },
	{ 2, FIELD_TEXT, FIELD_AT(channel, char *, topic) },
	{ 3, FIELD_TEXT, FIELD_AT(channel, char *, topic_setter) },
	{ 4, FIELD_U64, FIELD_AT(channel, uint64_t, topic_wall_ms) },
	{ 5, FIELD_U64, FIELD_AT(channel, uint64_t, created_wall_ms) },
	{ 6, FIELD_U32, FIELD_AT(channel, uint32_t, flags) },
	{ 7, FIELD_U32, FIELD_AT(channel, uint32_t, limit) },
	{ 8, FIELD_TEXT, FIELD_AT(channel, char *, key) },
	{ 9, FIELD_TEXT, FIELD_AT(channel, char *, forward) },
	{ 10, FIELD_U32, FIELD_AT(channel, uint32_t, slow_seconds) },
	{ 11, FIELD_U32, FIELD_AT(channel, uint32_t, join_rate.count) },
	{ 12, FIELD_U32, FIELD_AT(channel, uint32_t, join_rate.seconds) },
	{ 13, FIELD_U32, FIELD_AT(channel, uint32_t, line_rate.count) },
	{ 14, FIELD_U32, FIELD_AT(channel, uint32_t, line_rate.seconds) },
	{ 15, FIELD_U64, FIELD_AT(channel, uint64_t, joins_full_ms) },
	{ 16, FIELD_U64, FIELD_AT(channel, uint64_t, number) },
	{ 40, FIELD_U64, FIELD_AT(channel, uint64_t, knocks_full_ms) },
	{ 50, FIELD_U64, FIELD_AT(channel, uint64_t, renamed_ms) },
	{ 51, FIELD_U64, FIELD_AT(channel, uint64_t, step_ms) },
	{ 53, FIELD_U64, FIELD_AT(channel, uint64_t, life) },
};

void channel_free(struct channel *channel)
{
	if (!channel)
		return;
	list_remove(&channel->in_dying);
	invitations_free_of_channel(channel);
	for (size_t i = 0; i < channel->n_members; i++)
		free(channel->members[i]);
	for (size_t i = 0; i < CHANNEL_LIST_COUNT; i++)
		masklist_done(&channel->lists[i]);
	recent_done(&channel->recent);
	metadata_done(&channel->metadata);
	free(channel->members);
	free(channel->name);
	free(channel->folded);
	free(channel->topic);
	free(channel->topic_setter);
	free(channel->key);
	free(channel->forward);
	free(channel);
}

static struct channel *channel_blank(void)
{
	struct channel *channel = mem_new(sizeof(*channel));

	list_init(&channel->invitations);
	list_init(&channel->renamings);
	list_init(&channel->in_dying);
	return channel;
}

void channel_take_name(struct world *world, struct channel *channel)
{
	free(channel->folded);
	channel->folded = casemap_fold(world->casemap, channel->name);
	map_add(&world->channels_by_name, channel);
	notification_sources_note_channel(world, channel->name);
}

void channel_leave_name(struct world *world, const struct channel *channel)
{
	map_remove(&world->channels_by_name, channel);
}

static void put_channel_in_world(struct world *world, struct channel *channel)
{
	channel->expiry.order = channel->number;
	channel->step.order = channel->number;
	channel_take_name(world, channel);
	ordered_add(&world->channels, channel->number, channel);
	world->n_channels++;
}

struct channel *channel_new(struct world *world, const char *name)
{
	struct channel *channel = channel_blank();

	channel->number = ++world->next_number;
	channel->name = mem_text(name);
	channel->created_wall_ms = world->wall_ms;
	channel->flags = channel_flags_default();
	renaming_forget(world, name);
	put_channel_in_world(world, channel);
	return channel;
}

void channel_end_life(struct world *world, struct channel *channel)
{
	if (channel->life)
		history_note_end(world, channel->life);
	channel->life = 0;
}

static void channel_end(struct world *world, struct channel *channel)
{
	channel_end_life(world, channel);
	channel_leave_name(world, channel);
	renamings_forget_of_channel(world, channel);
	invitations_free_of_channel(channel);
	ordered_remove(&world->channels, channel->number);
	world->n_channels--;
	list_add_last(&world->dying_channels, &channel->in_dying);
}

static void sweep_members(struct world *world)
{
	while (world->dying_members) {
		struct member *member = world->dying_members;

		world->dying_members = member->next_dying;
		free(member);
	}
}

/* What the event did to them after their end may have set their timers again. */
void channels_sweep(struct world *world)
{
	sweep_members(world);
	while (!list_is_empty(&world->dying_channels)) {
		struct channel *channel =
			LIST_FIRST(&world->dying_channels, struct channel, in_dying);

		heap_remove(&world->channel_timers, &channel->expiry);
		sight_set_step(world, channel, 0);
		channel_free(channel);
	}
}

void channel_rename(struct world *world, struct channel *channel, const char *name)
{
	CLEANUP(mem_freep) char *old = TAKE(channel->name);

	channel_leave_name(world, channel);
	renaming_forget(world, name);
	channel->name = mem_text(name);
	channel_take_name(world, channel);
	channel_touch(world, channel);
	channel->renamed_ms = world->now_ms;
	if (!casemap_equals(world->casemap, old, name))
		renaming_new(world, channel, old);
	for (size_t i = 0; i < channel->n_members; i++)
		always_on_touch(world, channel->members[i]->user);
}

struct channel *channel_find(const struct world *world, const char *name)
{
	char folded[CASEMAP_KEY_BYTES];

	casemap_fold_into(world->casemap, folded, name);
	return map_find(&world->channels_by_name, folded);
}

/* Members of a user and of a channel are in order of joining, which is that of their numbers. */
static size_t place_of_member(struct member *const *members, size_t count, uint64_t number)
{
	size_t low = 0, high = count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (members[middle]->number < number)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static void insert_member(struct member **members, size_t count, struct member *member)
{
	size_t i = place_of_member(members, count, member->number);

	memmove(members + i + 1, members + i, (count - i) * sizeof(*members));
	members[i] = member;
}

static void remove_member(struct member **members, size_t count, const struct member *member)
{
	size_t i = place_of_member(members, count, member->number);

	memmove(members + i, members + i + 1, (count - i - 1) * sizeof(*members));
}

static struct member *link_member(
	struct channel *channel, struct user *user, uint64_t number, uint32_t ranks)
{
	struct member *member = mem_new(sizeof(*member));

	*member = (struct member){
		.number = number, .user = user, .channel = channel, .ranks = ranks
	};
	sight_begin(member);
	if (channel->n_members == channel->capacity) {
		channel->capacity = channel->capacity ? channel->capacity * 2 : 4;
		channel->members =
			mem_resize(channel->members, channel->capacity, sizeof(*channel->members));
	}
	insert_member(channel->members, channel->n_members++, member);
	user->members = mem_resize(user->members, user->n_members + 1, sizeof(*user->members));
	insert_member(user->members, user->n_members++, member);
	return member;
}

struct member *channel_add(
	struct world *world, struct channel *channel, struct user *user, uint32_t ranks)
{
	struct member *member;

	invitation_use_up(channel, user);
	member = link_member(channel, user, ++world->next_number, ranks);
	/* A new world does not know the last id before the database of messages is open. */
	member->joined_id = msgid_coming(world);
	always_on_touch(world, user);
	return member;
}

size_t channel_place_from(const struct channel *channel, uint64_t number)
{
	return place_of_member(channel->members, channel->n_members, number);
}

void channel_remove(struct world *world, struct member *member)
{
	struct channel *channel = member->channel;
	struct user *user = member->user;
	struct session *session;

	/* Its clients have seen what was said, so that joining again repeats nothing. */
	LIST_EACH (session, &user->sessions, in_user)
		session_set_missed(session, 0);
	remove_member(channel->members, channel->n_members--, member);
	remove_member(user->members, user->n_members--, member);
	member->next_dying = world->dying_members;
	world->dying_members = member;
	always_on_touch(world, user);
	channel_end_if_empty(world, channel);
}

void channel_end_if_empty(struct world *world, struct channel *channel)
{
	if (!channel->n_members && !channel->registered &&
		!(channel->flags & CHANNEL_FLAG_PERMANENT))
		channel_end(world, channel);
}

void channel_set_topic(
	struct world *world, struct channel *channel, const char *topic, const char *setter)
{
	mem_set_text(&channel->topic, *topic ? topic : NULL);
	mem_set_text(&channel->topic_setter, setter);
	channel->topic_wall_ms = world->wall_ms;
	channel_touch(world, channel);
}

void channel_set_key(struct channel *channel, const char *key)
{
	mem_set_text(&channel->key, key);
}

void channel_set_forward(struct channel *channel, const char *name)
{
	mem_set_text(&channel->forward, name);
}

void channel_note_message(
	struct channel *channel, const struct recent_message *message, size_t most)
{
	recent_add(&channel->recent, *message, most);
}

void channel_forget_message(struct channel *channel, uint64_t id)
{
	recent_forget(&channel->recent, id);
}

void channel_set_flag(struct channel *channel, uint32_t flag, bool is_set)
{
	channel->flags = is_set ? channel->flags | flag : channel->flags & ~flag;
}

void member_set_rank(struct member *member, uint32_t rank, bool is_set)
{
	member->ranks = is_set ? member->ranks | rank : member->ranks & ~rank;
}

void member_set_joined(struct member *member, uint64_t joined_id)
{
	if (joined_id)
		member->joined_id = joined_id;
}

void member_grant_looks(struct member *member)
{
	member->looks = MEMBER_LOOKS;
}

bool member_take_look(struct member *member, uint8_t look)
{
	bool was_left = member->looks & look;

	member->looks &= (uint8_t) ~look;
	return was_left;
}

bool member_take_line(const struct world *world, struct member *member)
{
	return bucket_take_one(&member->lines_full_ms, world->now_ms, member->channel->line_rate);
}

void member_note_speech(const struct world *world, struct member *member)
{
	member->spoke_ms = world->now_ms;
}

bool channel_take_knock(const struct world *world, struct channel *channel, struct rate rate)
{
	return bucket_take_one(&channel->knocks_full_ms, world->now_ms, rate);
}

static void find_first_expiry(const struct masklist *list, uint64_t *first_ms)
{
	for (size_t i = 0; i < list->count; i++)
		if (list->entries[i].expires_ms && list->entries[i].expires_ms < *first_ms)
			*first_ms = list->entries[i].expires_ms;
}

void channel_set_expiry(struct world *world, struct channel *channel)
{
	uint64_t first_ms = UINT64_MAX;

	for (size_t i = 0; i < CHANNEL_LIST_COUNT; i++)
		find_first_expiry(&channel->lists[i], &first_ms);
	if (first_ms == UINT64_MAX)
		heap_remove(&world->channel_timers, &channel->expiry);
	else
		heap_set(&world->channel_timers, &channel->expiry, first_ms);
}

bool channel_is_visible_to(const struct channel *channel, const struct user *user)
{
	return !(channel->flags & CHANNEL_FLAG_SECRET) || user_find_member(user, channel);
}

bool channel_is_listed_to(const struct channel *channel, const struct user *user)
{
	return !(channel->flags & (CHANNEL_FLAG_SECRET | CHANNEL_FLAG_PRIVATE)) ||
	       user_find_member(user, channel);
}

/* The highest rank only. */
static uint32_t top_rank(uint32_t ranks)
{
	return ranks ? UINT32_C(1) << (31 - __builtin_clz(ranks)) : 0;
}

bool member_reaches(const struct member *member, const struct member *other)
{
	return top_rank(member->ranks) >= top_rank(other->ranks);
}

void channel_view_begin(
	struct channel_view *view, const struct channel *channel, const struct user *asker)
{
	view->own = user_find_member(asker, channel);
	view->is_blind = !view->own && channel->flags & CHANNEL_FLAG_SECRET;
}

bool member_is_shown_to(const struct member *member, const struct user *asker)
{
	struct channel_view view;

	channel_view_begin(&view, member->channel, asker);
	return channel_view_shows(&view, member);
}

bool member_is_known_to(const struct member *member, const struct user *asker)
{
	return channel_is_listed_to(member->channel, asker) && member_is_shown_to(member, asker);
}

/* Append the letter of a mode and its parameter, if the mode is set. */
static void format_mode(const struct channel *channel, const struct channel_mode *row,
	bool with_key, struct buffer *letters, struct buffer *params)
{
	struct buffer value = { 0 };
	bool is_set = false;

	if (row->kind == MODE_KIND_FLAG)
		is_set = channel->flags & row->value;
	else if (row->kind == MODE_KIND_VALUE)
		is_set = row->write(channel, &value);
	else if (row->kind == MODE_KIND_KEY && (is_set = channel->key))
		buffer_put_text(&value, with_key ? channel->key : "*");
	if (is_set)
		buffer_put_byte(letters, row->letter);
	if (value.length)
		buffer_format(params, " %s", value.bytes);
	buffer_done(&value);
}

void channel_format_modes(const struct channel *channel, bool with_key, struct buffer *out)
{
	size_t n_rows;
	const struct channel_mode *rows = channel_modes_all(&n_rows);
	struct buffer params = { 0 };

	for (size_t i = 0; i < n_rows; i++)
		format_mode(channel, &rows[i], with_key, out, &params);
	buffer_put_text(out, buffer_text(&params));
	buffer_done(&params);
}

static void save_member(struct buffer *out, const struct member *member)
{
	size_t record = pack_begin(out, SNAPSHOT_CHANNEL_MEMBER);

	pack_u64(out, SNAPSHOT_MEMBER_USER, member->user->number);
	pack_u64(out, SNAPSHOT_MEMBER_NUMBER, member->number);
	pack_u64(out, SNAPSHOT_MEMBER_RANKS, member->ranks);
	pack_u64(out, SNAPSHOT_MEMBER_HIDDEN, member->is_hidden);
	pack_u64(out, SNAPSHOT_MEMBER_LINES, member->lines_full_ms);
	pack_u64(out, SNAPSHOT_MEMBER_SPOKE, member->spoke_ms);
	sight_save(out, member);
	pack_u64(out, SNAPSHOT_MEMBER_LOOKS, member->looks);
	pack_u64(out, SNAPSHOT_MEMBER_JOINED, member->joined_id);
	pack_end(out, record);
}

void channel_save(struct buffer *out, uint16_t id, const struct channel *channel)
{
	size_t record = pack_begin(out, id);
	const struct invitation *invitation;

	fields_save(out, channel_fields, ARRAY_LENGTH(channel_fields), channel);
	if (channel->registered)
		pack_u64(out, REGISTERED_ID, channel->registered->id);
	for (size_t i = 0; i < CHANNEL_LIST_COUNT; i++)
		masklist_save(out, (uint16_t) (LIST_RECORD + i), &channel->lists[i]);
	LIST_EACH (invitation, &channel->invitations, in_channel)
		invitation_save(out, INVITATION_RECORD, invitation);
	metadata_save(out, METADATA_RECORD, &channel->metadata);
	recent_save(out, RECENT_RECORD, &channel->recent);
	renamings_save(out, RENAMING_RECORD, channel);
	for (size_t i = 0; i < channel->n_members; i++)
		save_member(out, channel->members[i]);
	pack_end(out, record);
}

static void load_member(struct world *world, struct channel *channel, struct pack record)
{
	uint64_t values[SNAPSHOT_MEMBER_IDS] = { 0 };
	struct pack_field field;
	struct member *member;
	struct user *user;

	while (pack_next(&record, &field))
		if (field.id < ARRAY_LENGTH(values))
			values[field.id] = pack_field_u64(&field);
	user = user_find_number(world, values[SNAPSHOT_MEMBER_USER]);
	if (!user || !values[SNAPSHOT_MEMBER_NUMBER] || user_find_member(user, channel))
		return;
	member = link_member(channel, user, values[SNAPSHOT_MEMBER_NUMBER],
		(uint32_t) values[SNAPSHOT_MEMBER_RANKS] & channel_mode_values(MODE_KIND_PREFIX));
	member->is_hidden = values[SNAPSHOT_MEMBER_HIDDEN];
	member->lines_full_ms = values[SNAPSHOT_MEMBER_LINES];
	member->spoke_ms = values[SNAPSHOT_MEMBER_SPOKE];
	member->looks = (uint8_t) values[SNAPSHOT_MEMBER_LOOKS];
	member->joined_id = values[SNAPSHOT_MEMBER_JOINED];
	sight_load(member, values[SNAPSHOT_MEMBER_VEIL], values[SNAPSHOT_MEMBER_REACH]);
}

static void attach_registered(struct world *world, struct channel *channel, uint64_t id)
{
	struct registered_channel *registered = registered_channel_find_id(world, id);

	if (registered && !registered->channel)
		registered_channel_attach(registered, channel);
}

static void load_channel_part(
	struct world *world, struct channel *channel, const struct pack_field *field)
{
	if (field->id == SNAPSHOT_CHANNEL_MEMBER)
		load_member(world, channel, pack_field_record(field));
	else if (field->id == REGISTERED_ID)
		attach_registered(world, channel, pack_field_u64(field));
	else if (field->id == INVITATION_RECORD)
		invitation_load(world, channel, pack_field_record(field));
	else if (field->id == METADATA_RECORD)
		metadata_load(&channel->metadata, pack_field_record(field));
	else if (field->id == RECENT_RECORD)
		recent_load(&channel->recent, pack_field_record(field));
	else if (field->id == RENAMING_RECORD)
		renaming_load(world, channel, pack_field_record(field));
	else if (field->id >= LIST_RECORD && field->id < LIST_RECORD + CHANNEL_LIST_COUNT)
		masklist_load(&channel->lists[field->id - LIST_RECORD], pack_field_record(field));
}

bool channel_load(struct world *world, struct pack record)
{
	struct channel *channel = channel_blank();
	struct pack_field field;
	struct pack parts = record;

	while (pack_next(&record, &field))
		fields_load(channel_fields, ARRAY_LENGTH(channel_fields), channel, &field);
	channel->flags &= channel_mode_values(MODE_KIND_FLAG);
	/* Channels are saved in order of their numbers. */
	if (record.failed || channel->number <= ordered_last_number(&world->channels) ||
		!channel->name || strlen(channel->name) > CHANNEL_NAME_BYTES ||
		channel_find(world, channel->name)) {
		channel_free(channel);
		return false;
	}
	put_channel_in_world(world, channel);
	while (pack_next(&parts, &field))
		load_channel_part(world, channel, &field);
	channel_set_expiry(world, channel);
	sight_loaded(world, channel);
	channel_end_if_empty(world, channel);
	return true;
}
