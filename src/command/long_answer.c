/* Owns the giving of long answers in parts, one row a kind of question. */
#include "command/long_answer.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "base/text.h"
#include "world/flow.h"
#include "world/renaming.h"
#include "world/session.h"
#include "world/user.h"

#define PART_BYTES 32768
#define PART_LOOKS 1000
#define BYTES_A_LOOK 16 /* of masks */

extern const struct long_answer answer_list, answer_names, answer_who, answer_members, answer_whois,
	answer_bans, answer_monitored, answer_metadata;

static const struct long_answer *const rows[QUESTION_KINDS] = {
	[QUESTION_LIST] = &answer_list,
	[QUESTION_NAMES] = &answer_names,
	[QUESTION_WHO] = &answer_who,
	[QUESTION_MEMBERS] = &answer_members,
	[QUESTION_WHOIS] = &answer_whois,
	[QUESTION_BANS] = &answer_bans,
	[QUESTION_MONITORED] = &answer_monitored,
	[QUESTION_METADATA] = &answer_metadata,
};

/* A part must leave room in the send queue for what others say. */
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

/* Of something with that number: if it is part of the answer, the next look is behind it. */
static bool move_behind(struct answer_part *part, uint64_t number)
{
	if (number > part->question->until)
		return false;
	question_move(part->question, number + 1);
	return true;
}

struct user *answer_next_user(struct answer_part *part)
{
	struct user *user = ordered_from(&part->call->world->users, part->question->number);

	return user && move_behind(part, user->number) ? user : NULL;
}

struct channel *answer_next_channel(struct answer_part *part)
{
	struct channel *channel =
		ordered_from(&part->call->world->channels, part->question->number);

	return channel && move_behind(part, channel->number) ? channel : NULL;
}

const struct monitor_entry *answer_next_monitored(struct answer_part *part)
{
	const struct monitor_entry *entry =
		monitor_from(part->call->session, part->question->number);

	return entry && move_behind(part, entry->number) ? entry : NULL;
}

const struct ban *answer_next_ban(struct answer_part *part)
{
	const struct ban *ban = ordered_from(&part->call->world->bans.all, part->question->number);

	return ban && move_behind(part, ban->number) ? ban : NULL;
}

/* Places of what is part of the answer end here. */
static size_t end_of_members(const struct answer_part *part, const struct channel *channel)
{
	return channel_place_from(channel, part->question->until + 1);
}

void answer_members_begin(
	struct answer_members *members, struct answer_part *part, const struct channel *channel)
{
	size_t first = channel_place_from(channel, part->question->number);
	size_t end = end_of_members(part, channel);
	size_t most = part->n_looks / part->look_cost;
	size_t left = end > first ? end - first : 0; /* a snapshot may hold any number */

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
	question_move(part->question, channel->members[members->next]->number);
	return false;
}

struct channel *answer_find_channel(const struct answer_part *part, const char *name)
{
	const struct world *world = part->call->world;
	struct channel *channel = channel_find(world, name);

	return channel || !part->question->number ? channel : renaming_find(world, name);
}

bool answer_each_name(
	struct answer_part *part, bool (*put)(struct answer_part *part, const char *name))
{
	CLEANUP(mem_freep) char *names = mem_text(part->question->text);
	char *rest = names, *name;

	for (uint32_t i = 0; (name = text_split(&rest, ',')); i++) {
		if (i < part->question->item)
			continue;
		if (!answer_may_go_on(part) || !put(part, name))
			return false;
		question_next_item(part->question);
	}
	return true;
}

/* No question, however long, may cost more than a part has. */
static size_t look_cost(const struct long_answer *row, const struct question *question)
{
	size_t length = strlen(question->text);

	if (!row->has_masks)
		return 1;
	if (question->options)
		length += strlen(question->options);
	length = 1 + length / BYTES_A_LOOK;
	return length < PART_LOOKS ? length : PART_LOOKS;
}

/* True: the first question is answered. */
static bool give_part(struct call *call, size_t *n_looks)
{
	struct question *question = call->session->question;
	const struct long_answer *row = rows[question->kind];
	struct answer_part part = {
		.call = call,
		.question = question,
		.n_looks = *n_looks,
		.look_cost = look_cost(row, question),
		.max_bytes = part_bytes(call),
	};
	bool is_answered = row->go_on(&part);

	*n_looks = part.n_looks;
	if (is_answered && row->end)
		row->end(&part);
	return is_answered;
}

static void go_on(struct call *call)
{
	size_t n_looks = PART_LOOKS;

	while (call->session->question && give_part(call, &n_looks))
		session_drop_question(call->session);
	if (call->session->question) {
		flow_pause(call->world, call->outbox, call->session, SESSION_PAUSE_READ);
		outbox_add(call->outbox, EFFECT_NOTIFY, call->session->id);
	} else {
		flow_resume(call->world, call->outbox, call->session, SESSION_PAUSE_READ);
	}
}

static void begin(struct call *call, struct question *question)
{
	bool must_wait = call->session->question != NULL;

	session_ask(call->session, question);
	if (!must_wait)
		go_on(call);
}

void long_answer_begin(
	struct call *call, enum question_kind kind, const char *text, const char *options)
{
	begin(call, question_new(call->world, kind, text, options));
}

void long_answer_begin_from(
	struct call *call, enum question_kind kind, const char *text, uint64_t number)
{
	struct question *question = question_new(call->world, kind, text, NULL);

	question_move(question, number);
	begin(call, question);
}

/* Nobody reads the rest. */
static void give_up(struct session *session)
{
	while (session->question)
		session_drop_question(session);
}

void long_answer_go_on(
	struct world *world, struct outbox *outbox, struct session *session, enum drained status)
{
	struct call call = {
		.world = world, .outbox = outbox, .session = session, .user = session->user
	};

	if (!session->question)
		return;
	if (status == DRAINED_LOST)
		give_up(session);
	else
		session_is_alive(world, session);
	go_on(&call);
}
