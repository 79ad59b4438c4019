/* Owns the steps "control" and "reply". */
#include "control_step.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "base/text.h"
#include "pattern.h"
#include "report/report_acts.h"
#include "report/report_import.h"

#define IMPORT "- Import "

static struct report_call parse_act(struct stage *stage, char *rest)
{
	const char *operator= text_split(&rest, ' '), *method = text_split(&rest, '|'), *value;
	struct report_call call = { 0 };
	CLEANUP(buffer_done) struct buffer name = { 0 };

	buffer_format(&name, REPORT_INTERFACE ".%s", method ? method : "");
	if (!report_find_method(name.bytes, &call.kind) || !report_act_exists(call.kind))
		stage_fail(stage, "%s is no act", name.bytes);
	if (strcmp(operator, "-") != 0)
		mem_set_text(&call.operator, operator);
	for (size_t i = 0; i < REPORT_MOST_PARAMS && (value = text_split(&rest, '|')); i++)
		mem_set_text(&call.values[i], value);
	return call;
}

/* The parameters of an import, as JSON. */
static void play_import(struct stage *stage, const char *json)
{
	json_t *parameters = json_loads(json, 0, NULL);
	CLEANUP(buffer_done) struct buffer text = { 0 };
	struct event event = { .kind = EVENT_ACT };
	const char *wrong = parameters ? report_import_put(parameters, &text) : "it";

	if (wrong)
		stage_fail(stage, "%s is malformed", wrong);
	event.text = text.bytes;
	event.text_length = text.length;
	stage_run(stage, event);
	json_decref(parameters);
}

void control_step(struct stage *stage, const char *rest)
{
	CLEANUP(mem_freep) char *copy = mem_text(rest);
	CLEANUP(report_call_done) struct report_call call = { 0 };
	CLEANUP(buffer_done) struct buffer text = { 0 };
	struct event event = { .kind = EVENT_ACT };

	if (text_starts_with(rest, IMPORT)) {
		play_import(stage, rest + strlen(IMPORT));
		return;
	}
	call = parse_act(stage, copy);
	report_act_put(&call, &text);
	event.text = text.bytes;
	event.text_length = text.length;
	stage_run(stage, event);
}

void reply_step(struct stage *stage, const char *pattern)
{
	const char *reply = lines_take(&stage->replies);

	if (!reply)
		stage_fail(stage, "nothing was answered");
	else if (!pattern_matches(pattern, reply))
		stage_fail(stage, "the reply is\n\t%s\ninstead of\n\t%s", reply, pattern);
}
