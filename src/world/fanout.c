/* Owns rendering lines and sending them to many recipients.
 *
 * Memory is fetched ahead. A message to a channel touches a member, a user, a session and a
 * connection for each recipient. With thousands of clients none of them are in the processor's
 * cache, and waiting for each in turn took more than half of papod's own part of a delivery.
 * mem_expect() therefore requests their first cache lines, which hold all that is needed, some
 * recipients ahead: in 500 channels of 20 members, 2,300 cycles became 1,200. */
#include "world/fanout.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "proto/message.h"
#include "world/caps.h"
#include "world/channel.h"
#include "world/msgid.h"
#include "world/outbox.h"
#include "world/session.h"
#include "world/user.h"
#include "world/world.h"

#define EXPECTED_MEMBERS 32

static void reserve_text(struct buffer *text)
{
	buffer_reserve(text, MESSAGE_BYTES + 2); /* in one step, not piece by piece */
}

/* With utf8_only, stored texts from before and files that the server reads may still contain
 * invalid bytes, which message_finish() repairs. */
static void finish_text(const struct world *world, struct buffer *text)
{
	message_finish(text, world->settings->utf8_only);
}

struct buffer *fanout_open(struct fanout *fanout, struct world *world, struct outbox *outbox)
{
	memset(fanout, 0, offsetof(struct fanout, lines));
	fanout->world = world;
	fanout->outbox = outbox;
	fanout->text = outbox->spare;
	outbox->spare = (struct buffer){ 0 };
	buffer_clear(&fanout->text);
	reserve_text(&fanout->text);
	return &fanout->text;
}

void fanout_close(struct fanout *fanout)
{
	finish_text(fanout->world, &fanout->text);
}

void fanout_begin_v(struct fanout *fanout, struct world *world, struct outbox *outbox,
	const char *format, va_list arguments)
{
	buffer_format_v(fanout_open(fanout, world, outbox), format, arguments);
	fanout_close(fanout);
}

void fanout_begin(
	struct fanout *fanout, struct world *world, struct outbox *outbox, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	fanout_begin_v(fanout, world, outbox, format, arguments);
	va_end(arguments);
}

void fanout_variant(struct fanout *fanout, uint64_t cap, const char *format, ...)
{
	va_list arguments;

	fanout->variant_cap = cap;
	va_start(arguments, format);
	reserve_text(&fanout->variant);
	buffer_format_v(&fanout->variant, format, arguments);
	finish_text(fanout->world, &fanout->variant);
	va_end(arguments);
}

void fanout_end(struct fanout *fanout)
{
	for (size_t i = 1; i <= fanout->n_lines; i++)
		line_unref(fanout->lines[i]);
	buffer_done(&fanout->variant);
	if (fanout->text.is_secret) {
		buffer_done(&fanout->text);
		return;
	}
	/* Fanouts may be nested; only one buffer is stored. */
	buffer_done(&fanout->outbox->spare);
	fanout->outbox->spare = fanout->text;
}

void fanout_from_message(struct fanout *fanout, const struct user *source, uint64_t id)
{
	fanout->source = source;
	fanout->id = id;
}

void fanout_from(struct fanout *fanout, const struct user *source)
{
	fanout_from_message(fanout, source, msgid_next(fanout->world));
}

void fanout_relayed_by(struct fanout *fanout, const struct user *relay)
{
	fanout->relay = relay;
}

void fanout_tag(struct fanout *fanout, const char *client_tags)
{
	fanout->client_tags = client_tags && *client_tags ? client_tags : NULL;
}

void fanout_in_batch(struct fanout *fanout, const char *reference)
{
	fanout->batch = reference;
}

static struct line *render_line(const struct fanout *fanout, uint32_t key)
{
	bool is_variant = key & FANOUT_VARIANT;
	const struct buffer *text = is_variant ? &fanout->variant : &fanout->text;
	uint32_t set = key & ~FANOUT_VARIANT;
	struct buffer out = { .is_secret = text->is_secret };
	struct line *line;

	if (!set)
		return line_new(text->bytes, text->length);
	line_tags_put(fanout, set, &out);
	buffer_put(&out, text->bytes, text->length);
	line = line_new(out.bytes, out.length);
	buffer_done(&out);
	return line;
}

/* The slot of the line for that key. Keys that differ only in tags that the line lacks share a
 * slot. */
static uint8_t find_line_slot(struct fanout *fanout, uint32_t key)
{
	/* Computed only if a recipient wants tags. */
	uint32_t groups = key & ~FANOUT_VARIANT ? line_tags_of(fanout) : 0;
	uint32_t written = key & (groups | FANOUT_VARIANT);

	if (!fanout->slots[written]) {
		fanout->slots[written] = ++fanout->n_lines;
		fanout->lines[fanout->n_lines] = render_line(fanout, written);
	}
	return fanout->slots[written];
}

static inline struct line *line_for(struct fanout *fanout, const struct session *session)
{
	uint32_t key = session->tag_groups;

	if (session->caps & fanout->variant_cap)
		key |= FANOUT_VARIANT;
	if (!fanout->slots[key])
		fanout->slots[key] = find_line_slot(fanout, key);
	return fanout->lines[fanout->slots[key]];
}

struct line *fanout_line(struct fanout *fanout, const struct session *session)
{
	return line_ref(line_for(fanout, session));
}

static inline bool is_for(const struct fanout *fanout, const struct session *session)
{
	if (session == fanout->except || session->is_closing ||
		(session->caps & fanout->needs) != fanout->needs || session->caps & fanout->lacks)
		return false;
	return !fanout->key ||
	       (session->caps & CAPS_METADATA &&
		       metadata_get(&session_extras(session)->subscriptions, fanout->key));
}

static inline void deliver_to(struct fanout *fanout, struct session *session)
{
	struct line *line;

	if (!is_for(fanout, session))
		return;
	line = line_for(fanout, session);
	outbox_send(fanout->outbox, session->id, line);
	traffic_count(&session->sent, line->length);
}

void fanout_to_session(struct fanout *fanout, const struct session *session)
{
	struct session *open = session_find(fanout->world, session->id);

	/* A closing session is no longer found. */
	if (open)
		deliver_to(fanout, open);
}

void fanout_to_user(struct fanout *fanout, const struct user *user)
{
	struct session *session;

	if (user->flags & fanout->skips)
		return;
	LIST_EACH (session, &user->sessions, in_user)
		deliver_to(fanout, session);
}

void fanout_to_channel(struct fanout *fanout, const struct channel *channel)
{
	fanout_to_rank(fanout, channel, 0);
}

/* Members are scattered in memory. Fetching each only when it is needed takes longer than the rest
 * of the delivery. */
static void prefetch_members(struct member *const *members, size_t n)
{
	for (size_t i = 0; i < n; i++)
		mem_expect(members[i]);
	for (size_t i = 0; i < n; i++)
		mem_expect(members[i]->user);
	for (size_t i = 0; i < n; i++) {
		const struct session *first =
			LIST_FIRST(&members[i]->user->sessions, struct session, in_user);

		mem_expect(first);
		mem_expect(&first->sent.bytes);
	}
}

/* Call it for each member in order. */
static inline const struct member *next_member(const struct channel *channel, size_t i)
{
	size_t left = channel->n_members - i;

	if (i % EXPECTED_MEMBERS == 0)
		prefetch_members(
			channel->members + i, left < EXPECTED_MEMBERS ? left : EXPECTED_MEMBERS);
	return channel->members[i];
}

void fanout_to_rank(struct fanout *fanout, const struct channel *channel, uint32_t rank)
{
	for (size_t i = 0; i < channel->n_members; i++) {
		const struct member *member = next_member(channel, i);

		if (member->ranks >= rank)
			fanout_to_user(fanout, member->user);
	}
}

void fanout_to_rank_about(struct fanout *fanout, const struct member *member, uint32_t rank)
{
	const struct channel *channel = member->channel;

	for (size_t i = 0; i < channel->n_members; i++) {
		const struct member *other = next_member(channel, i);

		if (other->ranks >= rank && member_is_visible_to(member, other))
			fanout_to_user(fanout, other->user);
	}
}

void fanout_about(struct fanout *fanout, const struct member *member)
{
	fanout_to_user(fanout, member->user);
	fanout_about_to_others(fanout, member);
}

void fanout_about_to_others(struct fanout *fanout, const struct member *member)
{
	const struct channel *channel = member->channel;
	bool is_public = member_is_public(member);

	for (size_t i = 0; i < channel->n_members; i++) {
		const struct member *other = next_member(channel, i);

		if (other != member && (is_public || member_is_visible_to(member, other)))
			fanout_to_user(fanout, other->user);
	}
}

void fanout_to_unseeing(struct fanout *fanout, const struct member *member)
{
	const struct channel *channel = member->channel;

	for (size_t i = 0; i < channel->n_members; i++) {
		const struct member *other = next_member(channel, i);

		if (!member_is_visible_to(member, other))
			fanout_to_user(fanout, other->user);
	}
}

void fanout_to_unmarked(struct fanout *fanout, const struct member *member)
{
	const struct channel *channel = member->channel;

	for (size_t i = 0; i < channel->n_members; i++) {
		struct user *user = channel->members[i]->user;

		if (user->mark == fanout->world->mark ||
			!member_is_visible_to(member, channel->members[i]))
			continue;
		user->mark = fanout->world->mark;
		fanout_to_user(fanout, user);
	}
}

/* The user itself is marked too, as it is no neighbour. */
void fanout_mark_neighbours(struct world *world, const struct user *user)
{
	world->mark++;
	for (size_t i = 0; i < user->n_members; i++)
		user->members[i]->user->mark = world->mark;
}

void fanout_to_neighbours(struct fanout *fanout, const struct user *user)
{
	fanout_mark_neighbours(fanout->world, user);
	for (size_t i = 0; i < user->n_members; i++)
		fanout_to_unmarked(fanout, user->members[i]);
}
