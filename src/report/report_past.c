/* Owns the questions of administrators about what was said. Operators see all of a channel, also
 * what was said before they came; what they read is audited. */
#include "report/report_past.h"

#include <string.h>

#include "action/history_answer.h"
#include "base/cleanup.h"
#include "base/date.h"
#include "base/mem.h"
#include "base/text.h"
#include "proto/duration.h"
#include "proto/history_query.h"
#include "world/accounts.h"
#include "world/channel.h"
#include "world/history.h"
#include "world/msgid.h"
#include "world/world.h"

#define LIMIT_ROWS 100
#define MOST_LIMIT_ROWS 1000
#define EXPORT_ROWS 500	       /* in a question */
#define ANSWER_BYTES (1 << 20) /* about so much of the store's answer is in memory at a time */

/* NULL: the call has no such parameter, or it is left out. */
static const char *past_value(const struct report_call *call, const char *name)
{
	const struct report_row *row = report_row(call->kind);

	for (size_t i = 0; i < row->n_params; i++)
		if (strcmp(row->params[i].name, name) == 0)
			return call->values[i];
	return NULL;
}

/* The channel or account; NULL: all channels. */
static const char *past_place(const struct report_call *call)
{
	if (call->kind == REPORT_KIND_SEARCH)
		return past_value(call, "in");
	return call->values[0];
}

/* Bounds */

static bool read_time_ago(const struct world *world, const char *text, uint64_t *ret_wall_ms)
{
	uint64_t ms;

	if (!duration_parse(text, &ms))
		return false;
	*ret_wall_ms = ms < world->wall_ms ? world->wall_ms - ms : 0;
	return true;
}

/* False: the parameter is there, but is no time. */
static bool read_past_time(const struct world *world, const struct report_call *call,
	const char *name, uint64_t *ret_wall_ms)
{
	const char *text = past_value(call, name);

	return !text || date_parse_iso(text, ret_wall_ms) || date_parse_day(text, ret_wall_ms) ||
	       read_time_ago(world, text, ret_wall_ms);
}

static bool read_bounds(const struct world *world, struct report_past *past, struct buffer *reason)
{
	uint64_t since_ms = 0, before_ms = 0;

	if (!read_past_time(world, &past->call, "since", &since_ms) ||
		!read_past_time(world, &past->call, "before", &before_ms)) {
		buffer_put_text(reason,
			"A time is like 2026-01-31T12:00:00Z or 2026-01-31, or like "
			"2h for so long ago");
		return false;
	}
	past->after = since_ms && msgid_at(since_ms) ? msgid_at(since_ms) - 1 : 0;
	/* What is said from now on is not part of it, so that it ends. */
	past->before = msgid_at(before_ms ? before_ms : world->wall_ms + 1);
	return true;
}

static bool read_past_limit(struct report_past *past, struct buffer *reason)
{
	const char *text = past_value(&past->call, "limit");
	uint64_t limit = past->call.kind == REPORT_KIND_EXPORT ? EXPORT_ROWS : LIMIT_ROWS;

	if (text && (!text_parse_u64(text, &limit) || !limit || limit > MOST_LIMIT_ROWS)) {
		buffer_format(reason, "The limit is a number from 1 to %d", MOST_LIMIT_ROWS);
		return false;
	}
	past->limit = (uint32_t) limit;
	return true;
}

/* Places */

static bool check_channel_past(
	const struct world *world, const struct channel *channel, struct buffer *reason)
{
	bool is_recorded = history_has_channel(world, channel);

	if (is_recorded && history_place_of_channel(world, channel).target)
		return true;
	buffer_format(reason,
		is_recorded ? "Nothing was said in %s since it was opened"
			    : "Messages in %s are not recorded",
		channel->name);
	return false;
}

/* Only a channel can have that name, or be exported. */
static bool must_be_channel(const struct report_call *call, const char *name)
{
	return call->kind == REPORT_KIND_EXPORT || *name == '#';
}

bool report_past_is_missing(const struct world *world, const struct report_call *call)
{
	const char *name = past_place(call);

	return name && !(call->kind != REPORT_KIND_UPLOADS && channel_find(world, name)) &&
	       (must_be_channel(call, name) || !account_find_owner(world, name));
}

static bool find_past_owner(const struct world *world, struct report_past *past, const char *name,
	struct buffer *reason)
{
	if (!world->settings->history.has_private) {
		buffer_put_text(reason, "Private messages are not recorded");
		return false;
	}
	past->owner = account_find_owner(world, name)->id;
	return true;
}

static bool check_number_of_places(const struct world *world, struct buffer *reason)
{
	if (world->n_channels <= HISTORY_MOST_PLACES)
		return true;
	buffer_format(
		reason, "There are more than %d channels: name one with --in", HISTORY_MOST_PLACES);
	return false;
}

static bool find_past_place(
	const struct world *world, struct report_past *past, struct buffer *reason)
{
	const char *name = past_place(&past->call);
	const struct channel *channel = name ? channel_find(world, name) : NULL;

	if (report_past_is_missing(world, &past->call)) {
		buffer_format(reason, "There is no %s %s",
			must_be_channel(&past->call, name) ? "channel" : "account", name);
		return false;
	}
	if (!world->settings->history.is_enabled) {
		buffer_put_text(reason, "Messages are not recorded: history.enabled is off");
		return false;
	}
	if (!name)
		return check_number_of_places(world, reason);
	if (channel)
		return check_channel_past(world, channel, reason);
	return find_past_owner(world, past, name, reason);
}

bool report_past_begin(const struct world *world, struct report_call *call, struct buffer *reason,
	struct report_past *ret_past)
{
	struct report_past past = { .call = *call };

	if (!find_past_place(world, &past, reason) || !read_bounds(world, &past, reason) ||
		!read_past_limit(&past, reason))
		return false;
	*call = (struct report_call){ .kind = past.call.kind };
	*ret_past = past;
	return true;
}

void report_past_done(struct report_past *past)
{
	report_call_done(&past->call);
	buffer_done(&past->answer);
}

/* Questions */

static void add_past_channel(
	const struct world *world, struct history_query *query, const struct channel *channel)
{
	const struct history_place place = history_place_of_channel(world, channel);

	if (place.target)
		history_query_add_place(query, &place);
}

static void add_past_places(
	const struct world *world, const struct report_past *past, struct history_query *query)
{
	const char *name = past_place(&past->call);
	const struct channel *channel = name ? channel_find(world, name) : NULL;

	query->owner = past->owner;
	if (channel && !past->owner)
		add_past_channel(world, query, channel);
	if (name)
		return;
	ORDERED_EACH (channel, &world->channels)
		add_past_channel(world, query, channel);
}

/* The newest rows of one channel are found by its index; only a search knows nicknames, and the
 * conversations of an account. */
static enum history_query_kind past_query_kind(const struct report_past *past)
{
	if (past->call.kind == REPORT_KIND_EXPORT)
		return HISTORY_QUERY_FIRST;
	if (past->call.kind == REPORT_KIND_SEARCH || past->owner || past_value(&past->call, "from"))
		return HISTORY_QUERY_SEARCH;
	return HISTORY_QUERY_LAST;
}

void report_past_ask(
	const struct world *world, const struct report_past *past, struct buffer *question)
{
	CLEANUP(history_query_done)
	struct history_query query = {
		.kind = past_query_kind(past),
		.after = past->after,
		.before = past->before,
		.limit = past->limit,
		.most_bytes = ANSWER_BYTES,
		.has_events = past->call.kind == REPORT_KIND_EXPORT,
		.words = piece_of(past_value(&past->call, "words")),
		.from = piece_of(past_value(&past->call, "from")),
	};

	add_past_places(world, past, &query);
	history_query_save(question, &query);
}

/* Answers */

void report_past_answer(struct report_past *past, const struct buffer *answer)
{
	struct event event = { .text = buffer_text(answer), .text_length = answer->length };

	buffer_clear(&past->answer);
	buffer_put(&past->answer, answer->bytes, answer->length);
	past->at = 0;
	past->asked_after = past->after;
	past->is_partial = history_is_partial(&event);
	past->has_more = past->call.kind == REPORT_KIND_EXPORT && !history_is_end(&event);
}

static void put_past_id(struct report_writer *writer, const struct history_row *row)
{
	char text[MSGID_BYTES];

	msgid_format_of(row->birth, row->heard ? row->heard : row->id, text);
	report_put_text(writer, text);
}

static void put_past_piece(struct report_writer *writer, struct piece piece)
{
	CLEANUP(mem_freep) char *text = piece.length ? mem_text_n(piece.bytes, piece.length) : NULL;

	report_put_text(writer, text);
}

/* Without what only marks that nothing is between two lines. */
static void put_past_text(struct report_writer *writer, struct piece piece)
{
	CLEANUP(buffer_done) struct buffer text = { 0 };

	for (size_t i = 0; i < piece.length; i++)
		if (piece.bytes[i] != '\r')
			buffer_put_byte(&text, piece.bytes[i]);
	report_put_text(writer, piece.length ? buffer_text(&text) : NULL);
}

void report_past_put_row(enum report_kind kind, const struct history_row *row, json_t *list)
{
	const struct history_details details = history_details_read(row->rest);
	struct report_writer writer = report_writer_begin(kind);

	report_put_time(&writer, history_row_wall_ms(row));
	put_past_id(&writer, row);
	put_past_piece(&writer, row->target < 0 ? details.recipient : row->name);
	report_put_text(&writer, history_verb_name(row->verb));
	put_past_piece(&writer, row->source);
	put_past_piece(&writer, row->account);
	put_past_text(&writer, row->text);
	report_writer_end(&writer, list);
}

/* An answer without rows, because the time was up, would be repeated. */
static enum report_past_next end_past_answer(struct report_past *past)
{
	bool has_progress = past->after > past->asked_after;

	buffer_done(&past->answer);
	return past->has_more && has_progress ? REPORT_PAST_QUESTION : REPORT_PAST_END;
}

enum report_past_next report_past_take(struct report_past *past, size_t most, json_t *list)
{
	struct pack answer =
		pack_over(buffer_text(&past->answer) + past->at, past->answer.length - past->at);
	struct history_row row;

	for (size_t i = 0; i < most; i++) {
		if (!history_next_row(&answer, &row))
			return end_past_answer(past);
		report_past_put_row(past->call.kind, &row, list);
		past->after = row.id;
		past->at = past->answer.length - (size_t) (answer.end - answer.at);
	}
	return REPORT_PAST_ROWS;
}
