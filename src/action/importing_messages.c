/* Owns which lines of logs are recorded, and in which form. */
#include "action/importing_messages.h"

#include <stdlib.h>
#include <string.h>

#include "action/history_answer.h"
#include "action/importing.h"
#include "base/cleanup.h"
#include "base/fields.h"
#include "base/mem.h"
#include "base/text.h"
#include "proto/frame.h"
#include "world/channel.h"
#include "world/history.h"
#include "world/msgid.h"

#define SECOND_MS 1000
/* Ids of the last moments may still be drawn. */
#define MARGIN_MS (60 * SECOND_MS)
#define MOST_SOURCE_BYTES 200
/* Of a line, besides source, channel and text: ":", " PRIVMSG ", " :". */
#define LINE_BYTES 12

struct logged_line {
	uint64_t second;
	uint64_t position;
	uint64_t copy;
	char *command;
	char *source;
	char *text;
};

static const struct field line_fields[] = {
	{ IMPORT_FIELD_SECOND, FIELD_U64, FIELD_AT(logged_line, uint64_t, second) },
	{ IMPORT_FIELD_POSITION, FIELD_U64, FIELD_AT(logged_line, uint64_t, position) },
	{ IMPORT_FIELD_COPY, FIELD_U64, FIELD_AT(logged_line, uint64_t, copy) },
	{ IMPORT_FIELD_COMMAND, FIELD_TEXT, FIELD_AT(logged_line, char *, command) },
	{ IMPORT_FIELD_SOURCE, FIELD_TEXT, FIELD_AT(logged_line, char *, source) },
	{ IMPORT_FIELD_TEXT, FIELD_TEXT, FIELD_AT(logged_line, char *, text) },
};

static void logged_line_done(struct logged_line *line)
{
	free(line->command);
	free(line->source);
	free(line->text);
}

struct channel *import_messages_channel(
	const struct world *world, const char *name, struct buffer *reason)
{
	struct channel *channel = channel_find(world, name);

	if (!world->settings->history.is_enabled)
		buffer_put_text(reason, "Messages are not recorded: history.enabled is off");
	else if (!channel)
		buffer_format(reason, "There is no channel %s", name);
	else if (!history_has_channel(world, channel))
		buffer_format(reason, "Messages in %s are not recorded", name);
	else if (history_is_in_memory(channel))
		buffer_format(reason, "Messages in %s are recorded in memory only", name);
	else
		return channel;
	return NULL;
}

/* 0: it is not recorded. */
static uint32_t verb_of_line(const struct world *world, const struct logged_line *line)
{
	for (uint32_t verb = 1; verb < HISTORY_VERBS; verb++) {
		bool is_logged =
			verb != HISTORY_VERB_TAGMSG && verb != HISTORY_VERB_RENAME &&
			(verb <= HISTORY_LAST_MESSAGE_VERB || world->settings->history.has_events);

		if (line->command && strcmp(history_verb_name(verb), line->command) == 0)
			return is_logged ? verb : 0;
	}
	return 0;
}

static bool is_fit_source(const char *source)
{
	if (!source || !*source || *source == ':' || strlen(source) > MOST_SOURCE_BYTES)
		return false;
	for (; *source; source++)
		if ((unsigned char) *source <= ' ')
			return false;
	return true;
}

static bool is_fit_text(const char *text, uint32_t verb)
{
	if (strpbrk(text, "\r\n"))
		return false;
	switch (verb) {
	case HISTORY_VERB_PRIVMSG:
	case HISTORY_VERB_NOTICE:
		return *text;
	case HISTORY_VERB_NICK:
		return is_fit_source(text);
	case HISTORY_VERB_KICK:
	case HISTORY_VERB_MODE:
		return *text && *text != ' ' && *text != ':';
	}
	return true;
}

/* What clients would not get in one line is several that belong together: CR is between them. */
static void put_logged_words(const char *text, size_t most, struct buffer *out)
{
	size_t length = strlen(text);

	while (length > most) {
		size_t n = text_cut_utf8(text, length, most);

		buffer_put(out, text, n);
		buffer_put_byte(out, '\r');
		text += n;
		length -= n;
	}
	buffer_put(out, text, length);
}

/* What follows the target of an event's line, as action/history_notes.c records it. */
static void put_logged_event(
	const struct logged_line *line, uint32_t verb, size_t most, struct buffer *out)
{
	const char *text = line->text ? line->text : "";
	size_t length = text_cut_utf8(text, strlen(text), most), n_first;

	if (verb == HISTORY_VERB_JOIN) { /* IRCv3 extended-join: without an account */
		buffer_format(out, "* :%.*s", (int) strcspn(line->source, "!"), line->source);
	} else if (verb == HISTORY_VERB_KICK) {
		n_first = strcspn(text, " ");
		buffer_format(out, "%.*s :%.*s", (int) n_first, text,
			length > n_first ? (int) (length - n_first - 1) : 0,
			text[n_first] ? text + n_first + 1 : "");
	} else if (verb == HISTORY_VERB_NICK || verb == HISTORY_VERB_MODE) {
		buffer_put(out, text, length);
	} else if (length || verb == HISTORY_VERB_TOPIC) {
		buffer_format(out, ":%.*s", (int) length, text);
	}
}

static void put_logged_text(const struct channel *channel, const struct logged_line *line,
	uint32_t verb, struct buffer *out)
{
	size_t most = FRAME_REST_BYTES - LINE_BYTES - strlen(line->source) - strlen(channel->name);

	if (verb <= HISTORY_LAST_MESSAGE_VERB)
		put_logged_words(line->text, most, out);
	else
		put_logged_event(line, verb, most, out);
}

static void put_logged_row(const struct channel *channel, const struct logged_line *line,
	struct history_row row, struct buffer *out)
{
	struct history_request request = { .kind = HISTORY_REQUEST_IMPORT, .number = line->copy };
	CLEANUP(buffer_done) struct buffer text = { 0 };

	put_logged_text(channel, line, row.verb, &text);
	row.target = (int64_t) channel->life;
	row.source = piece_of(line->source);
	row.text = (struct piece){ text.bytes, text.length };
	request.row = row;
	history_request_save(out, &request);
}

static uint64_t id_of_line(const struct logged_line *line)
{
	uint64_t ms = line->position < SECOND_MS ? line->position : SECOND_MS - 1;

	return line->second > UINT32_MAX ? INT64_MAX : msgid_at(line->second * SECOND_MS + ms);
}

void import_message(const struct import_target *target, struct pack record,
	struct imported_lines *lines, struct buffer *out)
{
	const uint64_t first = history_place_of_channel(target->world, target->channel).since;
	CLEANUP(logged_line_done) struct logged_line line = { 0 };
	struct history_row row = { .birth = MSGID_BIRTH_IMPORTED };
	struct pack_field field;

	while (pack_next(&record, &field))
		fields_load(line_fields, ARRAY_LENGTH(line_fields), &line, &field);
	row.id = id_of_line(&line);
	row.verb = verb_of_line(target->world, &line);
	if (!row.verb || !is_fit_source(line.source) ||
		!is_fit_text(line.text ? line.text : "", row.verb)) {
		lines->n_unfit++;
	} else if (row.id < first || row.id < target->since) {
		lines->n_too_old++;
	} else if (row.id >= msgid_at(target->world->wall_ms - MARGIN_MS)) {
		lines->n_too_new++;
	} else {
		put_logged_row(target->channel, &line, row, out);
		lines->n_rows++;
		lines->last_id = row.id > lines->last_id ? row.id : lines->last_id;
	}
}
