/* Owns the numbers of conversations.
 *
 * Channels have positive ones: ids of messages, which are never drawn twice. Those of users are
 * negative, and made of the ids of two accounts; or, with bit 62, of an account and a digest of
 * the nickname that a stranger had. */
#include "world/history.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/digest.h"
#include "base/mem.h"
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
	DETAILS_FIELD_HEARD,
	DETAILS_FIELD_FLAGS,
	DETAILS_FIELD_TAGS,
	DETAILS_FIELD_RECIPIENT,
	DETAILS_FIELD_OPERATOR,
	DETAILS_FIELD_RELAY,
};

bool history_has_channel(const struct world *world, const struct channel *channel)
{
	return world->settings->history.is_enabled &&
	       (channel->registered || world->settings->history.has_unregistered);
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
	if (details->heard_id)
		pack_u64(out, DETAILS_FIELD_HEARD, details->heard_id);
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
	else if (field->id == DETAILS_FIELD_HEARD)
		details->heard_id = pack_field_u64(field);
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
