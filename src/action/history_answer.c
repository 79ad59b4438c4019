/* Owns lines of the past: the same bytes that were sent when they were new, except for what the
 * capabilities of the asker make of them. IRCv3 chathistory. */
#include "action/history_answer.h"

#include <stdlib.h>
#include <string.h>

#include "action/history_context.h"
#include "action/reply.h"
#include "base/cleanup.h"
#include "base/date.h"
#include "base/mem.h"
#include "base/text.h"
#include "world/accounts.h"
#include "world/batch_reference.h"
#include "world/caps.h"
#include "world/channel.h"
#include "world/flow.h"
#include "world/history.h"
#include "world/msgid.h"
#include "world/session.h"
#include "world/user.h"

#define MOST_ANSWER_BYTES (256 << 10)

static const char *const verbs[HISTORY_VERBS] = {
	[HISTORY_VERB_PRIVMSG] = "PRIVMSG",
	[HISTORY_VERB_NOTICE] = "NOTICE",
	[HISTORY_VERB_TAGMSG] = "TAGMSG",
	[HISTORY_VERB_JOIN] = "JOIN",
	[HISTORY_VERB_PART] = "PART",
	[HISTORY_VERB_QUIT] = "QUIT",
	[HISTORY_VERB_NICK] = "NICK",
	[HISTORY_VERB_KICK] = "KICK",
	[HISTORY_VERB_TOPIC] = "TOPIC",
	[HISTORY_VERB_MODE] = "MODE",
	[HISTORY_VERB_RENAME] = "RENAME",
};

/* Asking */

static void add_conversation(
	const struct call *call, struct history_query *query, int64_t target, const char *name)
{
	const struct history_place place = history_place_of_users(call->world, target, name);

	if (place.target)
		history_query_add_place(query, &place);
}

static void add_channel_place(
	const struct call *call, struct history_query *query, const struct channel *channel)
{
	const struct history_place place = history_place_of(call->world, channel, call->user);

	if (place.target)
		history_query_add_place(query, &place);
}

static bool add_channel_named(
	struct call *call, struct history_query *query, const char *name, char **ret_name)
{
	const struct channel *channel = channel_find(call->world, name);

	if (!channel || !user_find_member(call->user, channel))
		return false;
	add_channel_place(call, query, channel);
	*ret_name = mem_text(channel->name);
	return true;
}

static uint64_t account_behind(const struct world *world, const char *nick)
{
	const struct user *user = user_find(world, nick);
	const struct account *account = user ? NULL : account_find_owner(world, nick);

	if (user)
		return user->account_id;
	return account ? account->id : 0;
}

/* What was written to an account, and to that nickname while it belonged to none. */
static bool add_nick_named(
	struct call *call, struct history_query *query, const char *nick, char **ret_name)
{
	const struct user *user = user_find(call->world, nick);
	uint64_t own = call->user->account_id;

	if (!own)
		return false;
	add_conversation(call, query,
		history_target_of_accounts(own, account_behind(call->world, nick)), nick);
	add_conversation(call, query, history_target_of_stranger(call->world, own, nick), nick);
	*ret_name = mem_text(user ? user->nick : nick);
	return true;
}

bool history_add_target(
	struct call *call, struct history_query *query, const char *target, char **ret_name)
{
	if (*target == '#')
		return add_channel_named(call, query, target, ret_name);
	return add_nick_named(call, query, target, ret_name);
}

void history_add_channels(struct call *call, struct history_query *query)
{
	const struct user *user = call->user;

	for (size_t i = 0; i < user->n_members && i < HISTORY_MOST_PLACES; i++)
		add_channel_place(call, query, user->members[i]->channel);
}

/* The answer must fit into the send queue beside other lines. */
static uint32_t most_answer_bytes(const struct call *call)
{
	uint32_t half = session_class(call->world, call->session)->send_queue / 2;

	return half < MOST_ANSWER_BYTES ? half : MOST_ANSWER_BYTES;
}

void history_ask(struct call *call, struct history_query *query, const char *recall)
{
	CLEANUP(buffer_done) struct buffer question = { 0 };
	uint64_t request =
		flow_wait(call->world, call->outbox, call->session, SESSION_WAIT_HISTORY);

	if (!query->most_bytes || query->most_bytes > most_answer_bytes(call))
		query->most_bytes = most_answer_bytes(call);
	history_query_save(&question, query);
	session_set_recall(call->session, recall);
	outbox_recall(call->outbox, call->session->id, request, &question);
}

static bool knows_verb(const struct session *session, uint32_t verb)
{
	if (verb == HISTORY_VERB_TAGMSG)
		return session->caps & CAP_MESSAGE_TAGS;
	if (verb == HISTORY_VERB_RENAME)
		return session->caps & CAP_CHANNEL_RENAME;
	return verb && verb < HISTORY_VERBS;
}

uint32_t history_hidden_verbs(const struct session *session)
{
	uint32_t hidden = 0;

	for (uint32_t verb = 1; verb < HISTORY_VERBS; verb++)
		if (!knows_verb(session, verb))
			hidden |= UINT32_C(1) << verb;
	return hidden;
}

/* Showing */

bool history_next_row(struct pack *answer, struct history_row *ret_row)
{
	struct pack_field field;

	while (pack_next(answer, &field))
		if (field.id == HISTORY_ANSWER_ROW &&
			history_row_load(pack_field_record(&field), ret_row))
			return true;
	return false;
}

uint64_t history_row_wall_ms(const struct history_row *row)
{
	struct history_details details = history_details_read(row->rest);

	return details.wall_ms ? details.wall_ms : msgid_wall_ms(row->id);
}

/* A row whose pieces are texts. */
struct shown {
	struct call *call;
	const char *verb;
	char *source;
	char *target; /* NULL: the line has none */
	char *text;   /* NULL: none */
	char *tags;
	struct past_line past;
	char *account;
	char *relay;
	char *operator_name;
	bool is_raw; /* the text is everything behind the target, colon included */
};

static char *text_of_piece(struct piece piece)
{
	return piece.length ? mem_text_n(piece.bytes, piece.length) : NULL;
}

static void shown_done(struct shown *shown)
{
	free(shown->source);
	free(shown->target);
	free(shown->text);
	free(shown->tags);
	free(shown->account);
	free(shown->relay);
	free(shown->operator_name);
}

static char *target_of_row(
	const struct history_row *row, const struct history_details *details, const char *name)
{
	if (row->verb == HISTORY_VERB_QUIT || row->verb == HISTORY_VERB_NICK)
		return NULL;
	return details->recipient.length ? text_of_piece(details->recipient) : mem_text(name);
}

static struct shown shown_of(struct call *call, const struct history_row *row, const char *name)
{
	const struct history_details details = history_details_read(row->rest);
	struct shown shown = { .call = call, .verb = verbs[row->verb] };

	shown.source = text_of_piece(row->source);
	shown.target = target_of_row(row, &details, name);
	shown.text = text_of_piece(row->text);
	shown.tags = text_of_piece(details.tags);
	shown.account = text_of_piece(row->account);
	shown.relay = text_of_piece(details.relay);
	shown.operator_name = text_of_piece(details.operator_name);
	shown.is_raw = row->verb > HISTORY_VERB_TAGMSG;
	shown.past = (struct past_line){
		.wall_ms = history_row_wall_ms(row),
		.id = row->heard ? row->heard : row->id,
		.birth = row->birth,
		.account = shown.account,
		.relay = shown.relay,
		.operator_name = shown.operator_name,
		.is_operator = details.flags & HISTORY_FLAG_OPERATOR,
		.is_bot = details.flags & HISTORY_FLAG_BOT,
	};
	return shown;
}

static void send_past(const struct shown *shown, struct fanout *fanout, const char *batch)
{
	struct call *call = shown->call;
	size_t before = call->outbox->count;

	fanout_close(fanout);
	fanout_in_batch(fanout, batch);
	fanout_to_session(fanout, call->session);
	if (call->outbox->count > before)
		call->said += call->outbox->effects[before].line->length;
	fanout_end(fanout);
}

static struct buffer *begin_past(const struct shown *shown, struct fanout *fanout)
{
	struct buffer *line = fanout_open(fanout, shown->call->world, shown->call->outbox);

	buffer_format(line, ":%s %s", shown->source, shown->verb);
	if (shown->target)
		buffer_format(line, " %s", shown->target);
	return line;
}

static void tag_past(const struct shown *shown, struct fanout *fanout, const struct past_line *past)
{
	fanout->past = past;
	fanout_tag(fanout, shown->tags);
}

static void show_line(const struct shown *shown, const char *batch)
{
	struct fanout fanout;
	struct buffer *line = begin_past(shown, &fanout);

	if (shown->text)
		buffer_format(line, "%s%s", shown->is_raw ? " " : " :", shown->text);
	tag_past(shown, &fanout, &shown->past);
	send_past(shown, &fanout, batch);
}

/* IRCv3 multiline: the lines of one message, between which is LF, or CR if they are one line. */
struct past_lines {
	char *rest;
	bool is_joined;
};

static char *next_past_line(struct past_lines *lines, bool *ret_is_joined)
{
	char *line = lines->rest, *end;

	if (!line)
		return NULL;
	*ret_is_joined = lines->is_joined;
	end = strpbrk(line, "\r\n");
	lines->is_joined = end && *end == '\r';
	lines->rest = end ? end + 1 : NULL;
	if (end)
		*end = '\0';
	return line;
}

static void show_batch_of_lines(const struct shown *shown, const char *batch)
{
	struct past_lines lines = { shown->text, false };
	char reference[BATCH_REFERENCE_BYTES], *text;
	struct fanout fanout;
	bool is_joined;

	batch_reference_format(batch_reference_next(shown->call->world), reference);
	buffer_format(fanout_open(&fanout, shown->call->world, shown->call->outbox),
		":%s BATCH +%s draft/multiline %s", shown->source, reference, shown->target);
	tag_past(shown, &fanout, &shown->past);
	send_past(shown, &fanout, batch);
	while ((text = next_past_line(&lines, &is_joined))) {
		buffer_format(begin_past(shown, &fanout), " :%s", text);
		fanout.past = &(struct past_line){ .wall_ms = shown->past.wall_ms };
		fanout.is_joined = is_joined;
		send_past(shown, &fanout, reference);
	}
	buffer_format(fanout_open(&fanout, shown->call->world, shown->call->outbox),
		":%s BATCH -%s", shown->call->world->settings->server_name, reference);
	send_past(shown, &fanout, NULL);
}

/* IRCv3 multiline, "Fallback". */
static void show_separate_lines(const struct shown *shown, const char *batch)
{
	struct past_line later = shown->past;
	struct past_lines lines = { shown->text, false };
	bool is_first = true, is_joined;
	struct fanout fanout;
	char *text;

	later.id = 0;
	while ((text = next_past_line(&lines, &is_joined))) {
		if (!*text)
			continue;
		buffer_format(begin_past(shown, &fanout), " :%s", text);
		if (is_first)
			tag_past(shown, &fanout, &shown->past);
		else
			fanout.past = &later;
		send_past(shown, &fanout, batch);
		is_first = false;
	}
}

/* "[2026-11-21 04:30:00] " before a text; an action's begins after its first word. */
static void put_time_before(struct shown *shown)
{
	CLEANUP(buffer_done) struct buffer text = { 0 };
	size_t at = text_starts_with(shown->text, "\001ACTION ") ? 8 : 0;
	char time[DATE_BYTES];

	if (*shown->text == '\001' && !at)
		return;
	date_format_plain(shown->past.wall_ms, time);
	buffer_put(&text, shown->text, at);
	buffer_format(&text, "[%.19s] %s", time, shown->text + at);
	free(shown->text);
	shown->text = buffer_take(&text);
}

/* How a row is shown. */
struct look_of_row {
	bool is_dated;
	bool is_context;
};

static void show_row_as(
	struct call *call, const struct history_row *row, const char *name, struct look_of_row look)
{
	const struct session *session = call->session;
	char reference[BATCH_REFERENCE_BYTES];
	CLEANUP(shown_done) struct shown shown = { 0 };
	const char *batch = call->batch ? reference : NULL;

	if (!knows_verb(session, row->verb) || !row->source.length)
		return;
	if (batch)
		batch_reference_format(call->batch, reference);
	shown = shown_of(call, row, name);
	shown.past.is_context = look.is_context;
	/* IRCv3 extended-join. */
	if (row->verb == HISTORY_VERB_JOIN && !(session->caps & CAP_EXTENDED_JOIN))
		free(TAKE(shown.text));
	if (look.is_dated && shown.text && !shown.is_raw)
		put_time_before(&shown);
	if (shown.is_raw || !shown.text || !strpbrk(shown.text, "\r\n"))
		show_line(&shown, batch);
	else if (session->caps & CAP_MULTILINE)
		show_batch_of_lines(&shown, batch);
	else
		show_separate_lines(&shown, batch);
}

static void show_row(
	struct call *call, const struct history_row *row, const char *name, bool is_dated)
{
	show_row_as(call, row, name, (struct look_of_row){ .is_dated = is_dated });
}

static void show_context_row(struct call *call, const struct history_row *row, const char *name)
{
	show_row_as(call, row, name, (struct look_of_row){ .is_context = true });
}

/* The caller may have left the channel meanwhile. */
static bool may_still_see(const struct call *call, const char *name)
{
	const struct channel *channel = *name == '#' ? channel_find(call->world, name) : NULL;

	return *name != '#' || (channel && user_find_member(call->user, channel));
}

static bool answer_has(const struct event *event, enum history_answer_record record)
{
	struct pack answer = pack_over(event->text, event->text_length);
	struct pack_field field;

	while (pack_next(&answer, &field))
		if (field.id == record)
			return true;
	return false;
}

bool history_is_partial(const struct event *event)
{
	return answer_has(event, HISTORY_ANSWER_PARTIAL);
}

bool history_was_cut_off(const struct event *event)
{
	return history_is_partial(event) && !answer_has(event, HISTORY_ANSWER_ROW);
}

bool history_is_end(const struct event *event)
{
	return !answer_has(event, HISTORY_ANSWER_MORE) && !history_is_partial(event);
}

uint64_t history_looked(const struct event *event)
{
	struct pack answer = pack_over(event->text, event->text_length);
	struct pack_field field;

	while (pack_next(&answer, &field))
		if (field.id == HISTORY_ANSWER_LOOKED)
			return pack_field_u64(&field);
	return 0;
}

const char *history_verb_name(uint32_t verb)
{
	return verb < HISTORY_VERBS ? verbs[verb] : NULL;
}

bool history_show(struct call *call, const char *name, const struct event *event)
{
	struct pack answer = pack_over(event->text, event->text_length);
	CLEANUP(history_context_done) struct history_context context = { 0 };
	CLEANUP(buffer_done) struct buffer head = { 0 };
	const struct history_row *later;
	struct history_row row;

	if (!may_still_see(call, name))
		return false;
	buffer_format(&head, "chathistory %s", name);
	reply_batch_begin_past(call, head.bytes, history_is_end(event));
	history_context_read(event, &context);
	while (history_next_row(&answer, &row)) {
		size_t at = 0;

		show_row(call, &row, name, false);
		while ((later = history_context_next(&context, &row, &at)))
			show_context_row(call, later, name);
	}
	reply_batch_end(call);
	return true;
}

/* Old clients take what the user wrote elsewhere for a message to itself. */
static bool is_confusing(const struct call *call, const struct history_row *row)
{
	return row->target < 0 && row->author && row->author == call->user->account_id &&
	       !(call->session->caps & (CAP_ECHO_MESSAGE | CAP_SELF_MESSAGE));
}

static void begin_conversation(struct call *call, const char *name)
{
	CLEANUP(buffer_done) struct buffer head = { 0 };

	buffer_format(&head, "chathistory %s", name);
	reply_batch_begin(call, head.bytes);
}

void history_show_unasked(struct call *call, const struct event *event)
{
	struct pack answer = pack_over(event->text, event->text_length);
	bool is_dated = !(call->session->caps & CAP_SERVER_TIME);
	CLEANUP(mem_freep) char *last = NULL;
	struct history_row row;

	while (history_next_row(&answer, &row)) {
		CLEANUP(mem_freep) char *name = mem_text_n(row.name.bytes, row.name.length);

		if (!may_still_see(call, name) || is_confusing(call, &row))
			continue;
		if (!last || strcmp(last, name) != 0) {
			reply_batch_end(call);
			begin_conversation(call, name);
		}
		mem_set_text(&last, name);
		show_row(call, &row, name, is_dated);
	}
	reply_batch_end(call);
}

void history_show_found(struct call *call, const char *type, const struct event *event)
{
	struct pack answer = pack_over(event->text, event->text_length);
	struct history_row row;

	reply_batch_begin(call, type);
	while (history_next_row(&answer, &row)) {
		CLEANUP(mem_freep) char *name = mem_text_n(row.name.bytes, row.name.length);

		if (may_still_see(call, name))
			show_row(call, &row, name, false);
	}
	reply_batch_end(call);
	if (answer_has(event, HISTORY_ANSWER_PARTIAL))
		reply_standard(call, "NOTE", "PARTIAL",
			":The search took too long, so messages may be missing; use more words or "
			"a shorter time");
}
