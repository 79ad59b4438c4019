/* Owns the queue of what is to be replayed to a session: its recall, "REPLAY SINCE UNTIL
 * NAME,NAME...". A session waits for one answer at a time, so the names follow each other. "*" is
 * everything that was written in private. */
#include "action/history_replay.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "action/history_answer.h"
#include "base/cleanup.h"
#include "base/mem.h"
#include "base/text.h"
#include "proto/mask.h"
#include "world/caps.h"
#include "world/devices.h"
#include "world/msgid.h"
#include "world/session.h"
#include "world/user.h"

#define WORD "REPLAY "
#define PRIVATE "*"

static bool wants_replay(const struct call *call)
{
	const struct settings *settings = call->world->settings;

	return settings->history.is_enabled && call->session &&
	       !(call->session->caps & (CAP_CHATHISTORY | CAP_PLAYBACK)) &&
	       (settings->history.join_messages || device_missed_since(call->session));
}

/* Wall times; 0: none. */
struct span {
	uint64_t since_ms;
	uint64_t until_ms;
};

/* The newest of what was missed, or so many as everybody gets who joins. */
static bool set_bounds(const struct call *call, struct history_query *query, struct span span)
{
	const struct settings *settings = call->world->settings;

	query->limit =
		span.since_ms ? settings->history.query_messages : settings->history.join_messages;
	query->after = span.since_ms ? msgid_at(span.since_ms + 1) - 1 : 0;
	query->before = span.until_ms ? msgid_at(span.until_ms) : 0;
	return query->limit;
}

/* False: there is nothing to ask for. */
static bool ask_for_past(struct call *call, struct span span, const char *first, const char *names)
{
	CLEANUP(history_query_done) struct history_query query = { .kind = HISTORY_QUERY_LAST };
	CLEANUP(buffer_done) struct buffer recall = { 0 };
	CLEANUP(mem_freep) char *name = NULL;

	if (!set_bounds(call, &query, span))
		return false;
	if (strcmp(first, PRIVATE) == 0) {
		query.kind = HISTORY_QUERY_SEARCH;
		query.owner = call->user->account_id;
	} else if (!history_add_target(call, &query, first, &name)) {
		return false;
	}
	buffer_format(
		&recall, WORD "%" PRIu64 " %" PRIu64 " %s", span.since_ms, span.until_ms, names);
	history_ask(call, &query, recall.bytes);
	return true;
}

static void ask_for_next(struct call *call, struct span span, const char *names)
{
	while (names && *names) {
		const char *comma = strchr(names, ',');
		CLEANUP(mem_freep)
		char *first = mem_text_n(names, comma ? (size_t) (comma - names) : strlen(names));

		if (ask_for_past(call, span, first, names))
			return;
		names = comma ? comma + 1 : NULL;
	}
}

static void queue_replay(struct call *call, struct span span, const char *name)
{
	const char *recall = session_extras(call->session)->recall;
	CLEANUP(buffer_done) struct buffer longer = { 0 };

	if (call->session->wait == SESSION_WAIT_HISTORY && text_starts_with(recall, WORD)) {
		buffer_format(&longer, "%s,%s", recall, name);
		session_set_recall(call->session, longer.bytes);
	} else if (call->session->wait == SESSION_WAIT_NONE) {
		ask_for_next(call, span, name);
	}
}

void history_replay_channel(struct call *call, const struct channel *channel)
{
	const struct span span = { .since_ms = device_missed_since(call->session) };

	if (channel->life && wants_replay(call))
		queue_replay(call, span, channel->name);
}

void history_replay_private(struct call *call)
{
	const struct span span = { .since_ms = device_missed_since(call->session) };

	if (call->user->account_id && span.since_ms && wants_replay(call))
		queue_replay(call, span, PRIVATE);
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
	const struct span span = { since_ms ? since_ms : 1, until_ms };
	const struct user *user = call->user;

	for (size_t i = 0; i < user->n_members; i++)
		if (is_wanted_buffer(patterns, user->members[i]->channel->name))
			queue_replay(call, span, user->members[i]->channel->name);
	if (is_wanted_buffer(patterns, PRIVATE) && user->account_id)
		queue_replay(call, span, PRIVATE);
}

void history_replay_answered(struct call *call, const char *words, const struct event *event)
{
	struct span span;
	char *at;
	size_t length;

	span.since_ms = strtoull(words, &at, 10);
	span.until_ms = strtoull(at, &at, 10);
	if (*at++ != ' ')
		return;
	if (event->status == ANSWER_YES)
		history_show_unasked(call, event);
	length = strcspn(at, ",");
	ask_for_next(call, span, at[length] ? at + length + 1 : NULL);
}
