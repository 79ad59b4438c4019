/* Owns the numbers of conversations.
 *
 * Channels have positive ones: ids of messages, which are never drawn twice. Those of users are
 * negative, and made of the ids of two accounts; or, with bit 62, of an account and a digest of
 * the nickname that a stranger had. */
#include "world/history.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/date.h"
#include "base/digest.h"
#include "base/mem.h"
#include "config/settings.h"
#include "proto/casemap.h"
#include "world/channel.h"
#include "world/msgid.h"
#include "world/registered_channels.h"
#include "world/user.h"
#include "world/world.h"

#define ACCOUNT_BITS 31
#define STRANGER_BIT (INT64_C(1) << 62)
/* Beyond that, the database's newest message has a time that cannot be true. */
#define MOST_AHEAD_MS (24 * 3600 * UINT64_C(1000))

enum details_field {
	DETAILS_FIELD_WALL = 1,
	DETAILS_FIELD_FLAGS,
	DETAILS_FIELD_TAGS,
	DETAILS_FIELD_RECIPIENT,
	DETAILS_FIELD_OPERATOR,
	DETAILS_FIELD_RELAY,
};

bool history_policy_is_on(const struct world *world, uint32_t policy)
{
	if (policy == HISTORY_POLICY_SERVER)
		return world->settings->history.has_channels;
	return policy == HISTORY_POLICY_ON || policy == HISTORY_POLICY_MEMORY;
}

bool history_policy_ends(const struct world *world, uint32_t before, uint32_t after)
{
	bool is_moved = (before == HISTORY_POLICY_MEMORY) != (after == HISTORY_POLICY_MEMORY);

	return before != after && (is_moved || !history_policy_is_on(world, after));
}

bool history_is_in_memory(const struct channel *channel)
{
	return channel->registered && channel->registered->history == HISTORY_POLICY_MEMORY;
}

bool history_has_channel(const struct world *world, const struct channel *channel)
{
	const struct settings *settings = world->settings;

	if (!settings->history.is_enabled ||
		(history_is_in_memory(channel) && !world->has_memory_history))
		return false;
	if (!channel->registered)
		return settings->history.has_channels && settings->history.has_unregistered;
	return history_policy_is_on(world, channel->registered->history);
}

uint32_t history_most_days(const struct world *world)
{
	const struct settings *settings = world->settings;

	return settings->history.channel_days_most ? settings->history.channel_days_most
						   : settings->history.keep_days;
}

uint32_t history_most_messages(const struct world *world, const struct channel *channel)
{
	const struct settings *settings = world->settings;

	if (history_is_in_memory(channel))
		return settings->history.memory_messages;
	return settings->history.channel_messages_most ? settings->history.channel_messages_most
						       : settings->history.keep_messages;
}

/* A founder's choice may exceed a limit that has come down since. */
static uint32_t limited(uint32_t wanted, uint32_t most)
{
	return most && wanted > most ? most : wanted;
}

uint32_t history_days_of(const struct world *world, const struct channel *channel)
{
	const struct registered_channel *registered = channel->registered;

	if (!registered || !registered->history_days)
		return world->settings->history.keep_days;
	return limited(registered->history_days, history_most_days(world));
}

uint32_t history_messages_of(const struct world *world, const struct channel *channel)
{
	const struct registered_channel *registered = channel->registered;

	if (!registered || !registered->history_messages)
		return history_is_in_memory(channel) ? world->settings->history.memory_messages
						     : world->settings->history.keep_messages;
	return limited(registered->history_messages, history_most_messages(world, channel));
}

/* Other clients of the account may have been there before. */
static uint64_t first_joining(const struct channel *channel, const struct user *user)
{
	uint64_t first = UINT64_MAX;

	for (size_t i = 0; i < channel->n_members; i++) {
		const struct member *member = channel->members[i];
		bool is_own = member->user == user ||
			      (user->account_id && member->user->account_id == user->account_id);

		if (is_own && member->joined_id < first)
			first = member->joined_id;
	}
	return first;
}

/* What is too old is removed within the hour, but not shown meanwhile. 0 days: everything is. */
static uint64_t shown_since(const struct world *world, uint32_t days)
{
	uint64_t kept_ms = days * DAY_MS;

	return days && kept_ms < world->wall_ms ? msgid_at(world->wall_ms - kept_ms) : 0;
}

struct history_place history_place_of_users(
	const struct world *world, int64_t target, const char *name)
{
	return (struct history_place){ .target = target,
		.name = piece_of(name),
		.since = shown_since(world, world->settings->history.keep_days) };
}

struct history_place history_place_of_channel(
	const struct world *world, const struct channel *channel)
{
	struct history_place place = { .target = (int64_t) channel->life,
		.name = piece_of(channel->name),
		.since = shown_since(world, history_days_of(world, channel)),
		.is_in_memory = history_is_in_memory(channel) };

	if (place.is_in_memory && !world->has_memory_history)
		place.target = 0;
	return place;
}

struct history_place history_place_of(
	const struct world *world, const struct channel *channel, const struct user *user)
{
	const struct registered_channel *registered = channel->registered;
	struct history_place place = history_place_of_channel(world, channel);

	if (registered && registered->options & REGISTERED_OPTION_HISTORY_SINCE_JOIN) {
		uint64_t joined_id = first_joining(channel, user);

		if (joined_id > place.since)
			place.since = joined_id;
	}
	return place;
}

int64_t history_target_of_channel(struct world *world, struct channel *channel)
{
	if (!channel->life) {
		channel->life = msgid_next(world);
		channel_touch(world, channel);
	}
	return (int64_t) channel->life;
}

int64_t history_target_of_accounts(uint64_t one, uint64_t other)
{
	uint64_t low = one < other ? one : other, high = one < other ? other : one;

	if (!low || high >> ACCOUNT_BITS)
		return 0;
	return -(int64_t) (low << ACCOUNT_BITS | high);
}

int64_t history_target_of_stranger(const struct world *world, uint64_t account, const char *nick)
{
	CLEANUP(mem_freep) char *folded = casemap_fold(world->casemap, nick);
	CLEANUP(buffer_done) struct buffer text = { 0 };
	struct digest digest;
	int64_t number;

	if (!account)
		return 0;
	buffer_format(&text, "%llu %s", (unsigned long long) account, folded);
	digest = digest_sha256((struct digest_input){ text.bytes, text.length });
	memcpy(&number, digest.bytes, sizeof(number));
	return -((number & (STRANGER_BIT - 1)) | STRANGER_BIT);
}

int64_t history_target_of_users(
	const struct world *world, const struct user *one, const struct user *other)
{
	if (one->account_id && other->account_id)
		return history_target_of_accounts(one->account_id, other->account_id);
	if (one->account_id)
		return history_target_of_stranger(world, one->account_id, other->nick);
	return history_target_of_stranger(world, other->account_id, one->nick);
}

static void put_detail(struct buffer *out, uint16_t id, struct piece piece)
{
	if (piece.length)
		pack_bytes(out, id, piece.bytes, piece.length);
}

void history_details_put(struct buffer *out, const struct history_details *details)
{
	if (details->wall_ms)
		pack_u64(out, DETAILS_FIELD_WALL, details->wall_ms);
	if (details->flags)
		pack_u64(out, DETAILS_FIELD_FLAGS, details->flags);
	put_detail(out, DETAILS_FIELD_TAGS, details->tags);
	put_detail(out, DETAILS_FIELD_RECIPIENT, details->recipient);
	put_detail(out, DETAILS_FIELD_OPERATOR, details->operator_name);
	put_detail(out, DETAILS_FIELD_RELAY, details->relay);
}

static void read_detail(struct history_details *details, const struct pack_field *field)
{
	const struct piece piece = { (const char *) field->bytes, field->length };

	if (field->id == DETAILS_FIELD_WALL)
		details->wall_ms = pack_field_u64(field);
	else if (field->id == DETAILS_FIELD_FLAGS)
		details->flags = (uint32_t) pack_field_u64(field);
	else if (field->id == DETAILS_FIELD_TAGS)
		details->tags = piece;
	else if (field->id == DETAILS_FIELD_RECIPIENT)
		details->recipient = piece;
	else if (field->id == DETAILS_FIELD_OPERATOR)
		details->operator_name = piece;
	else if (field->id == DETAILS_FIELD_RELAY)
		details->relay = piece;
}

struct history_details history_details_read(struct piece rest)
{
	struct pack pack = pack_over(rest.bytes, rest.length);
	struct history_details details = { 0 };
	struct pack_field field;

	while (pack_next(&pack, &field))
		read_detail(&details, &field);
	return details;
}

void history_note_end(struct world *world, uint64_t life)
{
	buffer_put(&world->ended_lives, &life, sizeof(life));
}

void history_clear_ends(struct world *world)
{
	buffer_clear(&world->ended_lives);
}

void history_take_last_id(struct world *world, uint64_t id)
{
	if (id > world->last_msgid && msgid_wall_ms(id) < world->wall_ms + MOST_AHEAD_MS)
		world->last_msgid = id;
}

void history_set_memory(struct world *world, bool has_memory)
{
	world->has_memory_history = has_memory;
}
