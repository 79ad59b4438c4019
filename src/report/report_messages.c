/* Owns how lines of logs become rows, and how they are counted. */
#include "report/report_messages.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "proto/history_query.h"
#include "report/report_import.h"
#include "world/channel.h"
#include "world/history.h"
#include "world/msgid.h"

/* Lines on their way. */
struct messages_act {
	struct import_act act;
	char *name;
	struct channel *channel; /* NULL: refused */
	bool is_continued;
	struct imported_lines lines;
	struct buffer rows; /* requests */
};

static void messages_act_done(struct messages_act *messages)
{
	free(messages->name);
	buffer_done(&messages->rows);
}

/* The rows come last, as they need the rest. */
static uint64_t read_messages_head(struct messages_act *messages)
{
	struct pack records = messages->act.records;
	struct pack_field field;
	uint64_t since = 0;

	while (pack_next(&records, &field)) {
		if (field.id == REPORT_MESSAGES_CHANNEL && !messages->name)
			messages->name = pack_field_text(&field);
		else if (field.id == REPORT_MESSAGES_CONTINUED)
			messages->is_continued = pack_field_u64(&field);
		else if (field.id == REPORT_MESSAGES_SINCE)
			since = pack_field_u64(&field);
	}
	return since;
}

/* False: the channel cannot take them. The channel's number is drawn in an event only. */
static bool begin_messages(const struct world *world, const char *text, size_t length,
	struct messages_act *messages, struct buffer *reason)
{
	if (!report_import_read(text, length, &messages->act))
		return false;
	(void) read_messages_head(messages);
	messages->channel =
		import_messages_channel(world, messages->name ? messages->name : "", reason);
	return messages->channel;
}

static void put_messages_rows(const struct world *world, struct messages_act *messages)
{
	const struct import_target target = { world, messages->channel,
		read_messages_head(messages) };
	struct pack records = messages->act.records;
	struct pack_field field;

	while (pack_next(&records, &field))
		if (field.id == REPORT_MESSAGES_LINE)
			import_message(&target, pack_field_record(&field), &messages->lines,
				&messages->rows);
}

bool report_messages_ask(const struct world *world, const struct buffer *event,
	struct buffer *question, struct report_messages *ret_messages, struct buffer *reason)
{
	CLEANUP(messages_act_done) struct messages_act messages = { 0 };
	CLEANUP(history_query_done) struct history_query query = { .kind = HISTORY_QUERY_PRESENT };
	struct history_place place;

	if (!begin_messages(world, event->bytes, event->length, &messages, reason))
		return false;
	put_messages_rows(world, &messages);
	query.words = (struct piece){ messages.rows.bytes, messages.rows.length };
	query.limit = history_messages_of(world, messages.channel);
	place = history_place_of_channel(world, messages.channel);
	history_query_add_place(&query, &place);
	history_query_save(question, &query);
	*ret_messages = (struct report_messages){ .lines = messages.lines,
		.is_dry_run = messages.act.is_dry_run };
	return true;
}

static uint64_t messages_answer_field(const struct buffer *answer, uint16_t id)
{
	struct pack pack = pack_over(buffer_text(answer), answer->length);
	struct pack_field field;

	while (pack_next(&pack, &field))
		if (field.id == id)
			return pack_field_u64(&field);
	return 0;
}

uint64_t report_messages_present(const struct buffer *answer)
{
	return messages_answer_field(answer, HISTORY_ANSWER_PRESENT) +
	       messages_answer_field(answer, HISTORY_ANSWER_TOO_OLD);
}

void report_messages_answer(
	struct report_messages *messages, const struct buffer *answer, struct buffer *event)
{
	const uint64_t n_too_old = messages_answer_field(answer, HISTORY_ANSWER_TOO_OLD);

	messages->n_present = messages_answer_field(answer, HISTORY_ANSWER_PRESENT);
	messages->lines.n_too_old += n_too_old;
	messages->lines.n_rows -= n_too_old;
	pack_u64(event, REPORT_MESSAGES_SINCE, messages_answer_field(answer, HISTORY_ANSWER_KEPT));
}

json_t *report_messages_as_json(const struct report_messages *messages)
{
	const struct imported_lines *lines = &messages->lines;

	return json_pack("{s:I, s:I, s:I, s:I, s:I}", "new",
		(json_int_t) (lines->n_rows - messages->n_present), "present",
		(json_int_t) messages->n_present, "tooOld", (json_int_t) lines->n_too_old, "tooNew",
		(json_int_t) lines->n_too_new, "unfit", (json_int_t) lines->n_unfit);
}

bool report_messages_is(const struct event *event)
{
	struct import_act act;

	return event->text && report_import_read(event->text, event->text_length, &act) &&
	       strcmp(act.method, REPORT_MESSAGES_METHOD) == 0;
}

/* Ids that are drawn from now on are higher than those of the rows. */
static void record_messages(
	struct world *world, struct outbox *outbox, struct messages_act *messages)
{
	(void) history_target_of_channel(world, messages->channel);
	put_messages_rows(world, messages);
	if (!messages->lines.n_rows)
		return;
	history_take_last_id(world, messages->lines.last_id);
	outbox_history(outbox, 0, &messages->rows);
}

void report_messages_act(struct world *world, struct outbox *outbox, const struct event *event)
{
	CLEANUP(messages_act_done) struct messages_act messages = { 0 };
	CLEANUP(buffer_done) struct buffer reason = { 0 };

	if (!begin_messages(world, event->text, event->text_length, &messages, &reason)) {
		outbox_acted(outbox, false, buffer_text(&reason));
		return;
	}
	record_messages(world, outbox, &messages);
	if (!messages.is_continued)
		report_import_note(world, outbox, &messages.act, messages.channel->name,
			"lines of logs, from now on");
	outbox_acted(outbox, true, "The lines are on their way to the store");
}
