/* Owns the export of messages, which is a long answer: each part is a question about some rows, and
 * the next one follows when the client has read it. First comes what is on the disk, then what is
 * in memory. */
#include "bots/message_export.h"

#include <string.h>

#include "action/history_answer.h"
#include "base/cleanup.h"
#include "base/date.h"
#include "base/mem.h"
#include "base/text.h"
#include "bots/voice.h"
#include "proto/json_text.h"
#include "world/history.h"
#include "world/msgid.h"
#include "world/session.h"
#include "world/user.h"
#include "world/world.h"

#define ROWS_A_PART 100
/* What JSON and the notices make of it is several times as long. */
#define MOST_PART_BYTES 8192
/* A notice breaks where JSON allows it, and no text is longer than what one holds. */
#define NOTICE_BYTES 360
#define PIECE_BYTES 320

/* The item of the cursor. */
enum export_place {
	EXPORT_PLACE_DISK,
	EXPORT_PLACE_MEMORY,
	EXPORT_PLACE_END,
};

/* Notices */

struct export_line {
	struct call *call;
	struct buffer text;
};

static void end_export_line(struct export_line *line)
{
	if (line->text.length)
		service_say_secret(line->call, &service_nickserv, "%s", line->text.bytes);
	buffer_done(&line->text);
	line->text.is_secret = true;
}

static void put_export_token(struct export_line *line, const char *token)
{
	if (line->text.length + strlen(token) > NOTICE_BYTES)
		end_export_line(line);
	buffer_put_text(&line->text, token);
}

/* The text without what only marks that lines belong together. */
static char *text_to_export(struct piece piece)
{
	char *text = mem_text_n(piece.bytes, piece.length), *to = text;

	for (const char *at = text; *at; at++)
		if (*at != '\r')
			*to++ = *at;
	*to = '\0';
	return text;
}

static void put_export_list(struct export_line *line, const char *name, struct piece piece)
{
	char *text = text_to_export(piece);
	const char *rest = text;

	put_export_token(line, name);
	put_export_token(line, "[");
	while (*rest) {
		CLEANUP(buffer_done) struct buffer token = { .is_secret = true };

		if (rest != text)
			buffer_put_byte(&token, ',');
		rest = json_put_part(&token, rest, PIECE_BYTES);
		put_export_token(line, token.bytes);
	}
	put_export_token(line, "]");
	mem_free_secret(text);
}

static void put_export_value(struct export_line *line, const char *name, struct piece value)
{
	char *text = mem_text_n(value.bytes, value.length);
	CLEANUP(buffer_done) struct buffer token = { .is_secret = true };

	buffer_put_text(&token, name);
	json_put_text(&token, value.length ? text : NULL);
	put_export_token(line, token.bytes);
	mem_free_secret(text);
}

static void put_export_id(struct export_line *line, const char *name, uint64_t birth, uint64_t id)
{
	char text[MSGID_BYTES];

	msgid_format_of(birth, id, text);
	put_export_value(line, name, piece_of(text));
}

/* A channel that the caller is not on may have another name now, and be secret. */
static void put_export_target(struct export_line *line, const struct history_row *row)
{
	const struct history_details details = history_details_read(row->rest);

	if (row->target < 0)
		put_export_value(line, ",\"target\":", details.recipient);
	else if (row->name.length)
		put_export_value(line, ",\"target\":", row->name);
	else
		put_export_id(line, ",\"channel\":", row->birth, (uint64_t) row->target);
	if (details.tags.length)
		put_export_list(line, ",\"tags\":", details.tags);
}

static void put_export_row(struct export_line *line, const struct history_row *row, bool is_first)
{
	char date[DATE_BYTES];

	date_format_iso(history_row_wall_ms(row), date);
	put_export_value(line, is_first ? "{\"time\":" : ",{\"time\":", piece_of(date));
	put_export_id(line, ",\"msgid\":", row->birth, row->heard ? row->heard : row->id);
	put_export_value(line, ",\"command\":", piece_of(history_verb_name(row->verb)));
	put_export_value(line, ",\"source\":", row->source);
	put_export_target(line, row);
	if (row->text.length)
		put_export_list(line, ",\"text\":", row->text);
	put_export_token(line, "}");
	end_export_line(line);
}

/* Parts */

static bool is_still_its(const struct call *call, const struct answer_cursor *cursor)
{
	uint64_t account;

	return call->user && call->user->account_id && text_parse_u64(cursor->text, &account) &&
	       account == call->user->account_id;
}

static void ask_for_part(struct call *call, const struct answer_cursor *cursor)
{
	CLEANUP(history_query_done) struct history_query query = { .kind = HISTORY_QUERY_AUTHOR };
	uint32_t eighth = session_class(call->world, call->session)->send_queue / 8;

	history_add_channels(call, &query);
	query.author = call->user->account_id;
	query.after = cursor->number;
	query.before = msgid_at(cursor->asked_wall_ms + 1);
	query.limit = ROWS_A_PART;
	query.most_bytes = eighth < MOST_PART_BYTES ? eighth : MOST_PART_BYTES;
	query.has_disk = cursor->item == EXPORT_PLACE_DISK;
	query.has_memory = cursor->item == EXPORT_PLACE_MEMORY;
	history_ask(call, &query, "EXPORT *");
}

static bool go_on_with_export(struct answer_part *part)
{
	struct call *call = part->call;

	if (!is_still_its(call, part->cursor)) {
		service_say(call, &service_nickserv,
			"The export has ended, because you are not logged in to the account.");
		return true;
	}
	if (part->cursor->item >= EXPORT_PLACE_END) {
		service_say(call, &service_nickserv, "]}");
		return true;
	}
	if (call->session->wait == SESSION_WAIT_NONE)
		ask_for_part(call, part->cursor);
	return false;
}

static void end_place(const struct call *call, struct answer_cursor *cursor)
{
	answer_cursor_next_item(cursor);
	if (cursor->item == EXPORT_PLACE_MEMORY && !call->world->has_memory_history)
		answer_cursor_next_item(cursor);
}

static void show_export_part(
	struct call *call, struct answer_cursor *cursor, const struct event *event)
{
	struct pack answer = pack_over(event->text, event->text_length);
	struct export_line line = { .call = call, .text = { .is_secret = true } };
	struct history_row row;

	while (history_next_row(&answer, &row)) {
		put_export_row(&line, &row, !cursor->n_shown);
		answer_cursor_count_shown(cursor);
	}
	if (history_is_end(event) || !history_looked(event))
		end_place(call, cursor);
	else
		answer_cursor_move(cursor, history_looked(event));
}

void message_export_answered(struct call *call, const struct event *event)
{
	struct answer_cursor *cursor = call->session->answer;

	if (!cursor || cursor->kind != ANSWER_KIND_EXPORT)
		return;
	if (event->status == ANSWER_YES) {
		show_export_part(call, cursor, event);
	} else {
		service_say(call, &service_nickserv,
			"The export has ended, because the history cannot be read now. Try again "
			"later.");
		session_drop_answer(call->session);
	}
	long_answer_end_part(call);
}

const struct long_answer answer_export = {
	.kind = ANSWER_KIND_EXPORT,
	.go_on = go_on_with_export,
};

void message_export_begin(struct errand *errand)
{
	CLEANUP(buffer_done) struct buffer head = { 0 };
	char number[NUMBER_BYTES];

	if (!errand->call->world->settings->history.is_enabled) {
		bot_say(errand, "Messages are not recorded here.");
		return;
	}
	buffer_put_text(&head, "{\"account\":");
	json_put_text(&head, errand->account->name);
	bot_say(errand, "%s,\"messages\":[", head.bytes);
	long_answer_begin(
		errand->call, &answer_export, text_format_u64(errand->account->id, number), NULL);
}
