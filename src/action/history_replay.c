/* Owns replays. Each is a long answer about one channel, or about "*", everything that was written
 * in private: its parts are questions for a page of messages each, and the next one follows when
 * the client has read it. Only what was said before a replay began belongs to it, as the client has
 * seen the rest. */
#include "action/history_replay.h"

#include <string.h>

#include "action/history_answer.h"
#include "action/reply.h"
#include "base/cleanup.h"
#include "base/date.h"
#include "base/mem.h"
#include "base/text.h"
#include "proto/mask.h"
#include "world/caps.h"
#include "world/devices.h"
#include "world/msgid.h"
#include "world/session.h"
#include "world/user.h"
#include "world/world.h"

#define PRIVATE "*"
/* Each has as many messages as a client gets for one request, at most. */
#define MOST_PAGES 10

/* The options of the cursor; NULL: the newest messages, for a client that has joined. Its number is
 * the id after which they begin, 0: that of the newest page. n_shown counts pages. */
#define REPLAY_MISSED "missed"
#define REPLAY_ASKED "asked"

static bool wants_replay(const struct call *call)
{
	const struct settings *settings = call->world->settings;

	return settings->history.is_enabled && call->session &&
	       !(call->session->caps & (CAP_CHATHISTORY | CAP_PLAYBACK)) &&
	       (settings->history.join_messages || device_missed_since(call->session));
}

/* Beginning */

static bool is_replay_of_missed(const struct answer_cursor *cursor)
{
	return cursor->options && strcmp(cursor->options, REPLAY_MISSED) == 0;
}

/* Wall times; 0: none. */
struct span {
	uint64_t since_ms;
	uint64_t until_ms;
};

static void begin_replay(struct call *call, const char *name, const char *options, struct span span)
{
	struct answer_cursor *cursor =
		answer_cursor_new(call->world, ANSWER_KIND_REPLAY, name, options);
	uint64_t until = call->world->last_msgid + 1;

	if (span.until_ms && msgid_at(span.until_ms) < until)
		until = msgid_at(span.until_ms);
	answer_cursor_move(cursor, span.since_ms ? msgid_at(span.since_ms + 1) - 1 : 0);
	answer_cursor_set_until(cursor, until);
	if (is_replay_of_missed(cursor))
		session_set_behind(call->session, span.since_ms);
	long_answer_add(call, &answer_replay, cursor);
}

void history_replay_channel(struct call *call, const struct channel *channel)
{
	const struct span span = { .since_ms = device_missed_since(call->session) };

	if (channel->life && wants_replay(call))
		begin_replay(call, channel->name, span.since_ms ? REPLAY_MISSED : NULL, span);
}

void history_replay_private(struct call *call)
{
	const struct span span = { .since_ms = device_missed_since(call->session) };

	if (call->user->account_id && span.since_ms && wants_replay(call))
		begin_replay(call, PRIVATE, REPLAY_MISSED, span);
}

/* "*" stands for everything, as ZNC understands it. */
static bool is_wanted_buffer(const char *patterns, const char *name)
{
	CLEANUP(mem_freep) char *copy = mem_text(patterns);
	char *rest = copy, *pattern;

	while ((pattern = text_split(&rest, ',')))
		if (mask_match(pattern, name))
			return true;
	return false;
}

void history_replay_buffers(
	struct call *call, const char *patterns, uint64_t since_ms, uint64_t until_ms)
{
	const struct span span = { since_ms, until_ms };
	const struct user *user = call->user;

	for (size_t i = 0; i < user->n_members; i++)
		if (is_wanted_buffer(patterns, user->members[i]->channel->name))
			begin_replay(call, user->members[i]->channel->name, REPLAY_ASKED, span);
	if (is_wanted_buffer(patterns, PRIVATE) && user->account_id)
		begin_replay(call, PRIVATE, REPLAY_ASKED, span);
}

/* Parts */

static bool is_private(const struct answer_cursor *cursor)
{
	return strcmp(cursor->text, PRIVATE) == 0;
}

/* Does it begin with the oldest messages, and go on? */
static bool has_pages(const struct answer_cursor *cursor)
{
	return cursor->options && cursor->number;
}

/* It has the newest messages. */
static bool is_last_page(const struct answer_cursor *cursor)
{
	return !has_pages(cursor) || cursor->n_shown + 1 >= MOST_PAGES;
}

static bool add_replayed_target(struct answer_part *part, struct history_query *query)
{
	CLEANUP(mem_freep) char *name = NULL;
	const struct channel *channel;

	if (is_private(part->cursor)) {
		query->kind = HISTORY_QUERY_SEARCH;
		query->is_forward = !is_last_page(part->cursor);
		query->owner = part->call->user->account_id;
		return query->owner;
	}
	channel = answer_find_channel(part, part->cursor->text);
	return channel && history_add_target(part->call, query, channel->name, &name);
}

/* False: there is nothing to ask for. */
static bool ask_for_page(struct answer_part *part)
{
	CLEANUP(history_query_done) struct history_query query = { 0 };
	const struct answer_cursor *cursor = part->cursor;
	const struct settings *settings = part->call->world->settings;

	query.kind = is_last_page(cursor) ? HISTORY_QUERY_LAST : HISTORY_QUERY_FIRST;
	query.limit = cursor->options ? settings->history.query_messages
				      : settings->history.join_messages;
	query.after = cursor->number;
	query.before = cursor->until;
	if (!query.limit || !add_replayed_target(part, &query))
		return false;
	history_ask(part->call, &query, "REPLAY *");
	return true;
}

/* Has the client got all that its device has missed? */
static void end_replay(struct answer_part *part)
{
	const struct answer_cursor *cursor = part->cursor;

	if (!is_replay_of_missed(cursor))
		return;
	while ((cursor = cursor->next))
		if (is_replay_of_missed(cursor))
			return;
	session_set_behind(part->call->session, 0);
}

static bool go_on_with_replay(struct answer_part *part)
{
	if (part->cursor->item)
		return true;
	/* It waits for the end of another answer from outside. */
	if (part->call->session->wait != SESSION_WAIT_NONE)
		return false;
	return !ask_for_page(part);
}

const struct long_answer answer_replay = {
	.kind = ANSWER_KIND_REPLAY,
	.go_on = go_on_with_replay,
	.end = end_replay,
};

/* Answers */

static void say_of_replay(struct call *call, const struct answer_cursor *cursor, const char *text)
{
	char since[DATE_BYTES];

	date_format_plain(msgid_wall_ms(cursor->number), since);
	reply_line(call,
		":%s NOTICE %s :Messages %s%s since %s %s A client with IRCv3 chathistory can ask "
		"for them.",
		call->world->settings->server_name, call->user->nick,
		is_private(cursor) ? "to you" : "on ", is_private(cursor) ? "" : cursor->text,
		since, text);
}

static uint64_t last_id_of(const struct event *event)
{
	struct pack answer = pack_over(event->text, event->text_length);
	struct history_row row;
	uint64_t id = 0;

	while (history_next_row(&answer, &row))
		id = row.id;
	return id;
}

static void show_page(struct call *call, struct answer_cursor *cursor, const struct event *event)
{
	bool is_end = history_is_end(event) || is_last_page(cursor);

	if (has_pages(cursor) && is_last_page(cursor) && !history_is_end(event))
		say_of_replay(call, cursor, "are left out, because there are too many.");
	history_show_unasked(call, event);
	answer_cursor_count_shown(cursor);
	if (is_end)
		answer_cursor_next_item(cursor);
	else
		answer_cursor_move(cursor, last_id_of(event));
}

/* The answer may lack some that are older than its last one. */
static bool has_gaps(const struct answer_cursor *cursor, const struct event *event)
{
	return event->status != ANSWER_YES || history_was_cut_off(event) ||
	       (is_private(cursor) && history_is_partial(event));
}

void history_replay_answered(struct call *call, const struct event *event)
{
	struct answer_cursor *cursor = session_find_answer(call->session, ANSWER_KIND_REPLAY);

	if (!cursor)
		return;
	if (!has_gaps(cursor, event)) {
		show_page(call, cursor, event);
	} else {
		if (has_pages(cursor))
			say_of_replay(call, cursor, "cannot be read now.");
		answer_cursor_next_item(cursor);
	}
	long_answer_end_part(call);
}
