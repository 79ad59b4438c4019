/* Owns the proof of the column `reach`: two worlds are compared as snapshots, and what other
 * clients are sent. */
#include "reach.h"

#include <assert.h>
#include <string.h>

#include "base/cleanup.h"
#include "command/commands.h"
#include "command/dispatch.h"
#include "proto/message.h"
#include "world/registration.h"
#include "world/session.h"
#include "world/snapshot_ids.h"

#define MAGIC_BYTES (sizeof("papod world\n") - 1)
#define DEPTH 3

/* Fields that may differ: no client can learn from them what another one requested. */
static const struct exempt {
	uint16_t path[DEPTH]; /* of ids, ended by 0 */
} exempts[] = {
	{ { SNAPSHOT_NEXT_NUMBER } },  /* the next number of an object, */
	{ { SNAPSHOT_NEXT_REQUEST } }, /* of a request, */
	{ { SNAPSHOT_LAST_MSGID } },   /* of a message */
	{ { SNAPSHOT_LAST_BATCH } },   /* and of a batch */
	{ { SNAPSHOT_END } },	       /* the fingerprint of all the rest */
	{ { SNAPSHOT_USAGE } },	       /* how often commands were used */
	/* requests that are still free for a member */
	{ { SNAPSHOT_CHANNEL, SNAPSHOT_CHANNEL_MEMBER, SNAPSHOT_MEMBER_LOOKS } },
};

static size_t depth_of(const struct exempt *exempt)
{
	size_t depth = 0;

	while (depth < DEPTH && exempt->path[depth])
		depth++;
	return depth;
}

enum place {
	PLACE_COMPARED,
	PLACE_EXEMPT,
	PLACE_AROUND, /* contains something exempt */
};

static enum place place_of(const uint16_t *path, size_t depth)
{
	enum place place = PLACE_COMPARED;

	for (size_t i = 0; i < ARRAY_LENGTH(exempts); i++) {
		size_t length = depth_of(&exempts[i]);

		if (length < depth || memcmp(exempts[i].path, path, depth * sizeof(*path)) != 0)
			continue;
		if (length == depth)
			return PLACE_EXEMPT;
		place = PLACE_AROUND;
	}
	return place;
}

/* A session's record, and those of its monitor entries, contain its id. */
static bool is_own(const struct pack_field *field, uint64_t session)
{
	uint16_t id = field->id == SNAPSHOT_SESSION   ? SNAPSHOT_SESSION_ID
		      : field->id == SNAPSHOT_MONITOR ? SNAPSHOT_MONITOR_SESSION
						      : 0;
	struct pack record = pack_field_record(field);
	struct pack_field inner;

	while (id && pack_next(&record, &inner))
		if (inner.id == id)
			return pack_field_u64(&inner) == session;
	return false;
}

static void put_compared(struct pack pack, uint16_t *path, size_t depth, struct buffer *out)
{
	struct pack_field field;

	while (pack_next(&pack, &field)) {
		enum place place;

		path[depth - 1] = field.id;
		place = place_of(path, depth);
		if (place == PLACE_COMPARED)
			pack_bytes(out, field.id, field.bytes, field.length);
		else if (place == PLACE_AROUND)
			put_compared(pack_field_record(&field), path, depth + 1, out);
	}
}

static void put_world(const struct world *world, uint64_t session, struct buffer *out)
{
	CLEANUP(buffer_done) struct buffer bytes = { 0 }, others = { 0 };
	uint16_t path[DEPTH];
	struct pack_field field;
	struct pack pack;

	world_save(world, &bytes);
	pack = pack_over(bytes.bytes + MAGIC_BYTES, bytes.length - MAGIC_BYTES);
	while (pack_next(&pack, &field))
		if (!is_own(&field, session))
			pack_bytes(&others, field.id, field.bytes, field.length);
	put_compared(pack_over(others.bytes, others.length), path, 1, out);
}

static const struct command *command_of(const struct event *event)
{
	struct message message;

	if (event->kind != EVENT_LINE || event->is_too_long ||
		message_parse(event->text, event->text_length, &message) != MESSAGE_OK)
		return NULL;
	return command_find(message.command);
}

void reach_begin(struct reach *reach, const struct world *world, const struct event *event)
{
	CLEANUP(buffer_done) struct buffer bytes = { 0 };
	const struct event tick = { .kind = EVENT_TICK,
		.now_ms = event->now_ms,
		.wall_ms = event->wall_ms,
		.seed = event->seed };
	const char *reason = NULL;

	*reach = (struct reach){ .command = command_of(event), .session = event->session };
	if (!reach->command)
		return;
	world_save(world, &bytes);
	reach->without = world_load(bytes.bytes, bytes.length, &reason);
	assert(reach->without);
	dispatch(reach->without, &tick, &reach->outbox);
}

void reach_end(struct reach *reach)
{
	world_free(reach->without);
	outbox_done(&reach->outbox);
}

static bool is_same_world(const struct world *after, const struct world *without, uint64_t session)
{
	CLEANUP(buffer_done) struct buffer a = { 0 }, b = { 0 };

	put_world(after, session, &a);
	put_world(without, session, &b);
	return a.length == b.length && memcmp(a.bytes, b.bytes, a.length) == 0;
}

/* Others see neither output to the client itself nor log entries. */
static bool is_for_others(const struct effect *effect, uint64_t session)
{
	if (effect->kind == EFFECT_RELOAD || effect->kind == EFFECT_RESTART)
		return true;
	return effect->kind != EFFECT_LOG && effect->session != session;
}

static const struct effect *next_of_others(
	const struct outbox *outbox, uint64_t session, size_t *at)
{
	while (*at < outbox->count) {
		const struct effect *effect = &outbox->effects[(*at)++];

		if (is_for_others(effect, session))
			return effect;
	}
	return NULL;
}

static bool is_same_effect(const struct effect *a, const struct effect *b)
{
	if (!a || !b)
		return a == b;
	return a->kind == b->kind && a->session == b->session &&
	       (a->kind != EFFECT_SEND ||
		       (a->line->length == b->line->length &&
			       memcmp(a->line->bytes, b->line->bytes, a->line->length) == 0));
}

static bool is_same_for_others(const struct outbox *a, const struct outbox *b, uint64_t session)
{
	const struct effect *effect;
	size_t at_a = 0, at_b = 0;

	do {
		effect = next_of_others(a, session, &at_a);
		if (!is_same_effect(effect, next_of_others(b, session, &at_b)))
			return false;
	} while (effect);
	return true;
}

/* CAP END asks for the welcome, and may be refused. CAP LS and REQ are not told from it. */
static bool asks_for_welcome(const struct session *after, const struct session *without)
{
	return after->registration && without->registration &&
	       after->registration->is_negotiating != without->registration->is_negotiating;
}

/* When a client registers or leaves, others are notified whatever its last line was, and when it is
 * refused, bans and filters count a hit, so such lines prove nothing about a row. Nor does a flood.
 */
bool reach_is_passed(
	const struct reach *reach, const struct world *after, const struct outbox *outbox)
{
	const struct session *a, *b;

	if (!reach->command)
		return false;
	a = session_find(after, reach->session);
	b = session_find(reach->without, reach->session);
	if (!a != !b || (a && !a->user != !b->user))
		return reach->command->reach == COMMAND_REACH_WORLD;
	if (!a || a->pauses & SESSION_PAUSE_FLOOD || asks_for_welcome(a, b))
		return false;
	return !is_same_world(after, reach->without, reach->session) ||
	       !is_same_for_others(outbox, &reach->outbox, reach->session);
}
