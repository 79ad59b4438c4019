/* Owns sending long answers in parts. */
#include "action/long_answer.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "base/text.h"
#include "world/flow.h"
#include "world/operating.h"
#include "world/renaming.h"
#include "world/session.h"
#include "world/user.h"

#define PART_BYTES 32768
#define PART_LOOKS 1000
#define BYTES_A_LOOK 16 /* of masks */

/* A part must leave room in the send queue for messages of others. */
static size_t part_bytes(const struct call *call)
{
	size_t room = session_class(call->world, call->session)->send_queue / 4;

	return room < PART_BYTES ? room : PART_BYTES;
}

bool answer_may_go_on(struct answer_part *part)
{
	if (part->n_looks < part->look_cost || part->call->said >= part->max_bytes)
		return false;
	part->n_looks -= part->look_cost;
	return true;
}

/* If the object with that number belongs to the answer, move the cursor behind it. */
static bool move_behind(struct answer_part *part, uint64_t number)
{
	if (number > part->cursor->until)
		return false;
	answer_cursor_move(part->cursor, number + 1);
	return true;
}

struct user *answer_next_user(struct answer_part *part)
{
	struct user *user = ordered_from(&part->call->world->users, part->cursor->number);

	return user && move_behind(part, user->number) ? user : NULL;
}

struct channel *answer_next_channel(struct answer_part *part)
{
	struct channel *channel = ordered_from(&part->call->world->channels, part->cursor->number);

	return channel && move_behind(part, channel->number) ? channel : NULL;
}

const struct monitor_entry *answer_next_monitored(struct answer_part *part)
{
	const struct monitor_entry *entry = monitor_from(part->call->session, part->cursor->number);

	return entry && move_behind(part, entry->number) ? entry : NULL;
}

const struct ban *answer_next_ban(struct answer_part *part)
{
	const struct ban *ban = ordered_from(&part->call->world->bans.all, part->cursor->number);

	return ban && move_behind(part, ban->number) ? ban : NULL;
}

const struct filter *answer_next_filter(struct answer_part *part)
{
	const struct filter *filter =
		ordered_from(&part->call->world->filters.all, part->cursor->number);

	return filter && move_behind(part, filter->number) ? filter : NULL;
}

/* Reports have numbers of their own, fewer than those of the world. */
const struct complaint *answer_next_complaint(struct answer_part *part)
{
	const struct complaint *complaint =
		ordered_from(&part->call->world->complaints.all, part->cursor->number);

	if (!complaint)
		return NULL;
	answer_cursor_move(part->cursor, complaint->number + 1);
	return complaint;
}

/* The place behind the last member that belongs to the answer. */
static size_t end_of_members(const struct answer_part *part, const struct channel *channel)
{
	return channel_place_from(channel, part->cursor->until + 1);
}

void answer_members_begin(
	struct answer_members *members, struct answer_part *part, const struct channel *channel)
{
	size_t first = channel_place_from(channel, part->cursor->number);
	size_t end = end_of_members(part, channel);
	size_t most = part->n_looks / part->look_cost;
	size_t left = end > first ? end - first : 0; /* a snapshot may contain any number */

	*members = (struct answer_members){
		.part = part,
		.channel = channel,
		.first = first,
		.next = first,
		.end = first + (left < most ? left : most),
	};
	channel_view_begin(&members->view, channel, part->call->user);
}

bool answer_members_end(const struct answer_members *members)
{
	const struct channel *channel = members->channel;
	struct answer_part *part = members->part;

	part->n_looks -= (members->next - members->first) * part->look_cost;
	if (members->next >= end_of_members(part, channel))
		return true;
	answer_cursor_move(part->cursor, channel->members[members->next]->number);
	return false;
}

struct channel *answer_find_channel(const struct answer_part *part, const char *name)
{
	const struct world *world = part->call->world;
	struct channel *channel = channel_find(world, name);

	return channel || !part->cursor->number ? channel : renaming_find(world, name);
}

bool answer_each_name(
	struct answer_part *part, bool (*put)(struct answer_part *part, const char *name))
{
	CLEANUP(mem_freep) char *names = mem_text(part->cursor->text);
	char *rest = names, *name;

	for (uint32_t i = 0; (name = text_split(&rest, ',')); i++) {
		if (i < part->cursor->item)
			continue;
		if (!answer_may_go_on(part) || !put(part, name))
			return false;
		answer_cursor_next_item(part->cursor);
	}
	return true;
}

/* One look must not cost more than a whole part, however long its text. */
static size_t look_cost(const struct long_answer *row, const struct answer_cursor *cursor)
{
	size_t length = strlen(cursor->text);

	if (!row->has_masks)
		return 1;
	if (cursor->options)
		length += strlen(cursor->options);
	length = 1 + length / BYTES_A_LOOK;
	return length < PART_LOOKS ? length : PART_LOOKS;
}

static bool may_have_more(const struct call *call, const struct long_answer *row)
{
	return !row->privilege || session_has_privilege(call->world, call->session, row->privilege);
}

/* True: the first answer is complete. */
static bool give_part(struct call *call, const struct long_answer *row, size_t *n_looks)
{
	struct answer_cursor *cursor = call->session->answer;
	struct answer_part part = {
		.call = call,
		.cursor = cursor,
		.n_looks = *n_looks,
		.look_cost = look_cost(row, cursor),
		.max_bytes = part_bytes(call),
	};
	bool is_answered = !may_have_more(call, row) || row->go_on(&part);

	*n_looks = part.n_looks;
	if (is_answered && row->end)
		row->end(&part);
	if (is_answered)
		session_drop_answer(call->session);
	return is_answered;
}

void long_answer_end_part(struct call *call)
{
	if (call->session->answer) {
		flow_pause(call->world, call->outbox, call->session, SESSION_PAUSE_READ);
		if (call->session->wait == SESSION_WAIT_NONE)
			outbox_add(call->outbox, EFFECT_NOTIFY, call->session->id);
	} else {
		flow_resume(call->world, call->outbox, call->session, SESSION_PAUSE_READ);
	}
}

/* An answer that begins during another one waits for its end. */
void long_answer_add(struct call *call, const struct long_answer *row, struct answer_cursor *cursor)
{
	size_t n_looks = PART_LOOKS;

	session_add_answer(call->session, cursor);
	if (call->session->answer != cursor)
		return;
	give_part(call, row, &n_looks);
	long_answer_end_part(call);
}

void long_answer_begin(
	struct call *call, const struct long_answer *row, const char *text, const char *options)
{
	long_answer_add(call, row, answer_cursor_new(call->world, row->kind, text, options));
}

void long_answer_begin_from(
	struct call *call, const struct long_answer *row, const char *text, uint64_t number)
{
	struct answer_cursor *cursor = answer_cursor_new(call->world, row->kind, text, NULL);

	answer_cursor_move(cursor, number);
	long_answer_add(call, row, cursor);
}

/* The client takes nothing any more, so the rest is not sent. */
static void drop_answers(struct session *session)
{
	while (session->answer)
		session_drop_answer(session);
}

static const struct long_answer *row_of_next(
	const struct session *session, long_answer_find_fn find)
{
	return session->answer ? find((enum answer_kind) session->answer->kind) : NULL;
}

void long_answer_go_on(struct call *call, enum drained status, long_answer_find_fn find)
{
	const struct long_answer *row;
	size_t n_looks = PART_LOOKS;

	if (!call->session->answer)
		return;
	if (status == DRAINED_LOST)
		drop_answers(call->session);
	else
		session_is_alive(call->world, call->session);
	while ((row = row_of_next(call->session, find)) && give_part(call, row, &n_looks))
		;
	long_answer_end_part(call);
}
