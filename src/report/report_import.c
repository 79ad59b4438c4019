/* Owns how an import is carried out, and what its caller is told. */
#include "report/report_import.h"

#include <stdlib.h>
#include <string.h>

#include "action/auditing.h"
#include "action/importing.h"
#include "base/cleanup.h"
#include "base/pack.h"
#include "base/text.h"

bool report_import_read(const char *text, size_t length, struct import_act *ret_act)
{
	const char *end = text + length;
	const char *texts[3] = { text };

	for (size_t i = 0; i < ARRAY_LENGTH(texts); i++) {
		const char *nul =
			texts[i] < end ? memchr(texts[i], '\0', (size_t) (end - texts[i])) : NULL;

		if (!nul)
			return false;
		if (i + 1 < ARRAY_LENGTH(texts))
			texts[i + 1] = nul + 1;
		else
			ret_act->records = pack_over(nul + 1, (size_t) (end - nul - 1));
	}
	ret_act->operator= texts[0];
	ret_act->method = texts[1];
	ret_act->is_dry_run = strcmp(texts[2], "1") == 0;
	return true;
}

bool report_import_is(const struct event *event)
{
	struct import_act act;

	return event->text && report_import_read(event->text, event->text_length, &act) &&
	       strcmp(act.method, REPORT_IMPORT_METHOD) == 0;
}

static const char *word_of_outcome(enum import_outcome outcome)
{
	switch (outcome) {
	case IMPORT_OUTCOME_NEW:
		return REPORT_IMPORT_NEW;
	case IMPORT_OUTCOME_PRESENT:
		return REPORT_IMPORT_PRESENT;
	case IMPORT_OUTCOME_REFUSED:
		return REPORT_IMPORT_REFUSED;
	}
	return "";
}

static json_t *notes_as_json(struct importing *importing)
{
	json_t *notes = json_array();
	char *rest = importing->notes.bytes, *line;

	if (rest)
		text_mend_utf8(rest, importing->notes.length);
	while (rest && (line = text_split(&rest, '\n')))
		if (*line)
			json_array_append_new(notes, json_string(line));
	return notes;
}

static json_t *result_as_json(struct importing *importing)
{
	json_t *result = json_object();

	json_object_set_new(result, "outcome", json_string(word_of_outcome(importing->outcome)));
	json_object_set_new(result, "notes", notes_as_json(importing));
	if (importing->request)
		json_object_set_new(result, REPORT_IMPORT_REQUEST,
			json_integer((json_int_t) importing->request));
	return result;
}

static json_t *import_record(struct world *world, struct outbox *outbox,
	const struct import_act *act, const struct pack_field *field)
{
	struct importing importing = {
		.world = world, .outbox = outbox, .is_dry_run = act->is_dry_run
	};
	json_t *result;

	if (world->storage != STORAGE_WORKS)
		import_refuse(&importing, "nothing can be stored at the moment");
	else if (field->id == REPORT_IMPORT_ACCOUNT)
		import_account(&importing, pack_field_record(field));
	else
		import_channel(&importing, pack_field_record(field));
	result = result_as_json(&importing);
	buffer_done(&importing.notes);
	return result;
}

void report_import_note(struct world *world, struct outbox *outbox, const struct import_act *act,
	const char *target, const char *what)
{
	CLEANUP(buffer_done) struct buffer operator= { 0 };

	buffer_put_text(&operator, "control socket");
	if (*act->operator)
		buffer_format(&operator, ", claimed by %s", act->operator);
	outbox_log(outbox, LOGBOOK_CONTROL_ACT, "OPERATOR", operator.bytes, "COMMAND", "import",
		"PARAMETERS", what, "RESULT", "taken");
	auditing_report(world, outbox,
		&(struct audit_entry){
			.operator= operator.bytes,
			.source = world->settings->server_name,
			.act = (char *) (uintptr_t) "papoctl import",
			.target = (char *) (uintptr_t) target,
			.details = (char *) (uintptr_t) what,
		});
}

static void note_records(struct world *world, struct outbox *outbox, const struct import_act *act,
	const json_t *results)
{
	CLEANUP(buffer_done) struct buffer what = { 0 };

	buffer_format(&what, "%zu records of accounts and channels", json_array_size(results));
	report_import_note(world, outbox, act, NULL, what.bytes);
}

void report_import(struct world *world, struct outbox *outbox, const struct event *event)
{
	json_t *results = json_array();
	struct import_act act = { 0 };
	struct pack_field field;
	char *json;

	(void) report_import_read(event->text, event->text_length, &act);
	while (pack_next(&act.records, &field))
		if (field.id == REPORT_IMPORT_ACCOUNT || field.id == REPORT_IMPORT_CHANNEL)
			json_array_append_new(results, import_record(world, outbox, &act, &field));
	if (!act.is_dry_run)
		note_records(world, outbox, &act, results);
	json = json_dumps(results, JSON_COMPACT);
	outbox_acted_text(outbox, 0, '*', json);
	free(json);
	json_decref(results);
}

const char *report_import_outcome(uint64_t stored)
{
	return stored == STORED_YES ? REPORT_IMPORT_NEW : REPORT_IMPORT_REFUSED;
}

const char *report_import_reason(uint64_t stored)
{
	switch ((enum stored) stored) {
	case STORED_YES:
		return NULL;
	case STORED_TAKEN:
		return "one of its names, nicknames or certificates was taken at the same time";
	case STORED_GONE:
		return "an account that it needs is not here any more";
	case STORED_FAILED:
		break;
	}
	return "it cannot be stored at the moment";
}
