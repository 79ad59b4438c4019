/* Owns the calls that add lines of logs: each is answered when its lines are stored. */
#include "papoctl/import_lines.h"

#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "papoctl/ask.h"
#include "papoctl/words.h"
#include "report/report_import.h"

/* A call may have 64 KiB. */
#define MOST_CALL_BYTES (48 << 10)
#define LINE_JSON_BYTES 128 /* of JSON, without source and text */
#define ESCAPED_BYTES 6	    /* a control character: \u0001 */
#define MOST_TEXT_BYTES 2000

void import_lines_done(struct import_lines *lines)
{
	json_decref(lines->messages);
	lines->messages = NULL;
}

bool import_lines_fit(const struct bouncer_line *line)
{
	return line->text.length <= MOST_TEXT_BYTES && line->source.length <= MOST_TEXT_BYTES;
}

static size_t bytes_as_json(const struct buffer *text)
{
	size_t n = text->length;

	for (size_t i = 0; i < text->length; i++)
		if ((unsigned char) text->bytes[i] < ' ' || strchr("\"\\/\x7f", text->bytes[i]))
			n += ESCAPED_BYTES - 1;
	return n;
}

static uint64_t count_in(const json_t *counts, const char *name)
{
	return (uint64_t) json_integer_value(json_object_get(counts, name));
}

static void take_import_counts(struct import_lines *lines, const json_t *counts)
{
	lines->counts.n_new += count_in(counts, "new");
	lines->counts.n_present += count_in(counts, "present");
	lines->counts.n_too_old += count_in(counts, "tooOld");
	lines->counts.n_too_new += count_in(counts, "tooNew");
	lines->counts.n_unfit += count_in(counts, "unfit");
}

static json_t *parameters_for_lines(struct import_lines *lines)
{
	json_t *parameters = json_object();
	const char *operator= words_find_operator();

	json_object_set_new(parameters, "channel", json_string(lines->channel));
	json_object_set_new(parameters, "messages", lines->messages);
	lines->messages = NULL;
	lines->n_bytes = 0;
	if (lines->call->is_dry_run)
		json_object_set_new(parameters, "dryRun", json_true());
	if (lines->is_continued)
		json_object_set_new(parameters, "continued", json_true());
	if (operator)
		json_object_set_new(parameters, REPORT_OPERATOR, json_string(operator));
	return parameters;
}

static int call_with_lines(struct import_lines *lines)
{
	static const struct report_row row = { .method = REPORT_MESSAGES_METHOD,
		.member = "lines" };
	const struct words words = { .row = &row, .parameters = parameters_for_lines(lines) };
	struct answer_of_papod answer;
	int status = call_papod(lines->call->program, &words, &answer);

	json_decref(words.parameters);
	if (status)
		return status;
	take_import_counts(lines, json_array_get(answer.rows, 0));
	lines->is_continued = true;
	answer_of_papod_done(&answer);
	return 0;
}

int import_lines_send(struct import_lines *lines)
{
	size_t n = json_array_size(lines->messages);
	int status = 0;

	if (n && !lines->is_without_papod)
		status = call_with_lines(lines);
	if (status == EX_UNAVAILABLE && lines->call->is_dry_run) {
		fprintf(stderr, "%s: so what is there already is not known\n",
			lines->call->program);
		lines->is_without_papod = true;
		status = 0;
	}
	if (!status && lines->is_without_papod)
		lines->counts.n_new += n;
	import_lines_done(lines);
	return status;
}

int import_lines_add(struct import_lines *lines, const struct bouncer_line *line,
	const struct import_place *place)
{
	size_t n_bytes =
		LINE_JSON_BYTES + bytes_as_json(&line->source) + bytes_as_json(&line->text);
	int status = 0;

	if (lines->n_bytes + n_bytes > MOST_CALL_BYTES)
		status = import_lines_send(lines);
	if (status)
		return status;
	if (!lines->messages)
		lines->messages = json_array();
	lines->n_bytes += n_bytes;
	json_array_append_new(lines->messages,
		json_pack("{s:I, s:I, s:I, s:s, s:s, s:s}", "time", (json_int_t) place->second,
			"position", (json_int_t) place->position, "copy", (json_int_t) place->copy,
			"command", line->command, "source", buffer_text(&line->source), "text",
			buffer_text(&line->text)));
	return 0;
}
