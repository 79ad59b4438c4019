/* Owns CHATHISTORY. IRCv3 chathistory.
 *
 * A reference to a message is a place in the order of all ids, so it need not be there any more. */
#include "command/chathistory.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "action/history_answer.h"
#include "action/history_replay.h"
#include "action/lookup.h"
#include "action/reply.h"
#include "base/cleanup.h"
#include "base/date.h"
#include "base/mem.h"
#include "base/text.h"
#include "bots/message_export.h"
#include "command/commands.h"
#include "command/redact.h"
#include "command/search.h"
#include "world/caps.h"
#include "world/msgid.h"
#include "world/session.h"

/* The ids that one reference excludes: one, or those of one millisecond. */
struct reference {
	uint64_t first;
	uint64_t last;
	uint64_t heard; /* the id that it is; 0: it is a time */
	bool is_any;	/* "*" */
};

struct way {
	const char *name;
	int n_references;
	bool has_target;
	bool may_be_any;
	bool is_time_only;
	void (*set)(struct history_query *query, const struct reference *references);
};

static void set_before(struct history_query *query, const struct reference *references)
{
	query->kind = HISTORY_QUERY_LAST;
	query->before = references[0].first;
}

static void set_after(struct history_query *query, const struct reference *references)
{
	query->kind = HISTORY_QUERY_FIRST;
	query->after = references[0].last;
	query->except = references[0].heard;
}

static void set_latest(struct history_query *query, const struct reference *references)
{
	query->kind = HISTORY_QUERY_LAST;
	query->after = references[0].is_any ? 0 : references[0].last;
	query->except = references[0].heard;
}

static void set_around(struct history_query *query, const struct reference *references)
{
	query->kind = HISTORY_QUERY_AROUND;
	query->after = references[0].first;
}

/* Counted from the first reference. */
static void set_between(struct history_query *query, const struct reference *references)
{
	bool is_forward = references[0].first <= references[1].first;

	query->kind = is_forward ? HISTORY_QUERY_FIRST : HISTORY_QUERY_LAST;
	query->after = references[is_forward ? 0 : 1].last;
	query->except = references[is_forward ? 0 : 1].heard;
	query->before = references[is_forward ? 1 : 0].first;
}

static void set_targets(struct history_query *query, const struct reference *references)
{
	set_between(query, references);
	query->is_forward = query->kind == HISTORY_QUERY_FIRST;
	query->kind = HISTORY_QUERY_TARGETS;
}

static const struct way ways[] = {
	{ .name = "BEFORE", .n_references = 1, .has_target = true, .set = set_before },
	{ .name = "AFTER", .n_references = 1, .has_target = true, .set = set_after },
	{ .name = "LATEST",
		.n_references = 1,
		.has_target = true,
		.may_be_any = true,
		.set = set_latest },
	{ .name = "AROUND", .n_references = 1, .has_target = true, .set = set_around },
	{ .name = "BETWEEN", .n_references = 2, .has_target = true, .set = set_between },
	{ .name = "TARGETS", .n_references = 2, .is_time_only = true, .set = set_targets },
};

static const struct way *find_way(const char *name)
{
	for (size_t i = 0; i < ARRAY_LENGTH(ways); i++)
		if (strcasecmp(ways[i].name, name) == 0)
			return &ways[i];
	return NULL;
}

static bool read_time(const char *text, struct reference *ret_reference)
{
	uint64_t wall_ms;

	if (!date_parse_iso(text, &wall_ms))
		return false;
	ret_reference->first = wall_ms ? msgid_at(wall_ms) : 1; /* 0 would be any */
	ret_reference->last = msgid_at(wall_ms + 1) - 1;
	return true;
}

static bool read_msgid(const char *text, struct reference *ret_reference)
{
	if (!msgid_parse_any(text, &ret_reference->first))
		return false;
	ret_reference->last = ret_reference->first;
	ret_reference->heard = ret_reference->first;
	return true;
}

/* False: the caller has been sent FAIL. */
static bool read_reference(
	struct call *call, const struct way *way, const char *text, struct reference *ret_reference)
{
	const char *name = way->name;

	*ret_reference = (struct reference){ 0 };
	if (way->may_be_any && strcmp(text, "*") == 0) {
		ret_reference->is_any = true;
		return true;
	}
	if (text_starts_with(text, "timestamp=")) {
		if (read_time(text + 10, ret_reference))
			return true;
		reply_fail(call, "INVALID_PARAMS",
			"%s %s :The timestamp must read timestamp=YYYY-MM-DDThh:mm:ss.sssZ", name,
			lookup_word(text));
	} else if (!text_starts_with(text, "msgid=")) {
		reply_fail(call, "INVALID_PARAMS",
			"%s %s :Use timestamp=YYYY-MM-DDThh:mm:ss.sssZ or msgid=ID", name,
			lookup_word(text));
	} else if (way->is_time_only) {
		reply_fail(call, "INVALID_MSGREFTYPE", "%s %s :Only timestamps can be used here",
			name, lookup_word(text));
	} else if (read_msgid(text + 6, ret_reference)) {
		return true;
	} else {
		reply_fail(call, "INVALID_PARAMS", "%s %s :Not an ID of this server", name,
			lookup_word(text));
	}
	return false;
}

/* More than the limit of the server, or 0, is that limit. */
static bool read_limit(struct call *call, const char *name, const char *text, uint32_t *ret_limit)
{
	uint32_t most = call->world->settings->history.query_messages;
	char *end;
	unsigned long limit = strtoul(text, &end, 10);

	if (*text < '0' || *text > '9' || *end) {
		reply_fail(call, "INVALID_PARAMS", "%s %s :The limit must be a number", name,
			lookup_word(text));
		return false;
	}
	*ret_limit = limit && limit < most ? (uint32_t) limit : most;
	return true;
}

/* Everything but the target. False: the caller has been sent FAIL. */
static bool read_query(struct call *call, const struct way *way, struct history_query *query)
{
	int at = way->has_target ? 2 : 1, n = way->n_references;
	struct reference references[2];

	if (call->n_params != at + n + 1) {
		reply_fail(call, "INVALID_PARAMS", "%s :%s", way->name,
			call->n_params < at + n + 1 ? "Insufficient parameters"
						    : "Too many parameters");
		return false;
	}
	for (int i = 0; i < n; i++)
		if (!read_reference(call, way, call->params[at + i], &references[i]))
			return false;
	if (!read_limit(call, way->name, call->params[at + n], &query->limit))
		return false;
	way->set(query, references);
	return true;
}

static void fail_past_target(struct call *call, const char *subcommand, const char *target)
{
	reply_fail(call, "INVALID_TARGET", "%s %s :Messages could not be retrieved", subcommand,
		lookup_word(target));
}

/* Reactions that came later than all of the answer. A client that goes forward comes to them. */
static bool wants_context(const struct history_query *query)
{
	return query->has_events && !(query->hidden & (UINT32_C(1) << HISTORY_VERB_TAGMSG)) &&
	       (query->kind == HISTORY_QUERY_AROUND ||
		       (query->kind == HISTORY_QUERY_LAST && query->before));
}

static void ask_history(struct call *call, const struct way *way, struct history_query *query)
{
	CLEANUP(buffer_done) struct buffer recall = { 0 };
	CLEANUP(mem_freep) char *name = NULL;

	query->has_events = call->session->caps & CAP_EVENT_PLAYBACK;
	query->hidden = history_hidden_verbs(call->session);
	query->has_context = wants_context(query);
	if (!way->has_target) {
		history_add_channels(call, query);
		query->owner = call->user->account_id;
	} else if (!history_add_target(call, query, call->params[1], &name)) {
		fail_past_target(call, way->name, call->params[1]);
		return;
	}
	buffer_format(&recall, "%s %s", way->name, name ? name : "*");
	history_ask(call, query, recall.bytes);
}

static void run(struct call *call)
{
	const struct way *way = find_way(call->params[0]);
	CLEANUP(history_query_done) struct history_query query = { 0 };

	if (!way)
		reply_fail(call, "INVALID_PARAMS", "%s :Unknown command",
			lookup_word(call->params[0]));
	else if (read_query(call, way, &query))
		ask_history(call, way, &query);
}

/* Two conversations may be with the same nickname: the newest counts. */
static bool is_later_named(struct pack answer, const struct piece *name)
{
	struct history_row row;

	while (history_next_row(&answer, &row))
		if (row.name.length == name->length &&
			memcmp(row.name.bytes, name->bytes, name->length) == 0)
			return true;
	return false;
}

static void show_targets(struct call *call, const struct event *event)
{
	struct pack answer = pack_over(event->text, event->text_length);
	struct history_row row;
	char time[DATE_BYTES];

	reply_batch_begin_past(call, "draft/chathistory-targets", history_is_end(event));
	while (history_next_row(&answer, &row)) {
		if (is_later_named(answer, &row.name))
			continue;
		date_format_iso(msgid_wall_ms(row.id), time);
		reply_line(call, ":%s CHATHISTORY TARGETS %.*s %s",
			call->world->settings->server_name, (int) row.name.length, row.name.bytes,
			time);
	}
	reply_batch_end(call);
}

void chathistory_answered(struct call *call, const struct event *event)
{
	CLEANUP(mem_freep) char *recall = mem_text(session_extras(call->session)->recall);
	char *target = recall ? strchr(recall, ' ') : NULL;

	if (!target || !call->user)
		return;
	*target++ = '\0';
	session_set_recall(call->session, NULL);
	if (strcmp(recall, "SEARCH") == 0) {
		search_answered(call, event);
		return;
	}
	if (strcmp(recall, "REDACT") == 0) {
		redact_answered(call, target, event);
		return;
	}
	if (strcmp(recall, "EXPORT") == 0) {
		message_export_answered(call, event);
		return;
	}
	if (strcmp(recall, "REPLAY") == 0) {
		history_replay_answered(call, event);
		return;
	}
	call->command = &command_chathistory;
	if (event->status != ANSWER_YES || history_was_cut_off(event))
		reply_fail(call, "MESSAGE_ERROR", "%s %s :Messages could not be retrieved", recall,
			target);
	else if (strcmp(recall, "TARGETS") == 0)
		show_targets(call, event);
	else if (!history_show(call, target, event))
		fail_past_target(call, recall, target);
}

COMMAND(chathistory) = {
	.name = "CHATHISTORY",
	.min_params = 1,
	.cost = 2,
	.cap = CAP_CHATHISTORY,
	.reach = COMMAND_REACH_ASK,
	.run = run,
	.answers = { &answer_replay },
	.usage = "<subcommand> [<channel or nick>] <reference> [<reference>] <limit>",
	.help = "Returns what was said on a channel that you are on, or in private if you are "
		"logged "
		"in. BEFORE, AFTER and AROUND take one reference, timestamp=... or msgid=...; "
		"LATEST one that may be *; BETWEEN two. TARGETS takes two timestamps and lists "
		"where something was said between them.",
};
