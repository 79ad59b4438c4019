/* Owns how much of a report goes into a reply, and how acts become events. */
#include "daemon/control_report.h"

#include "base/cleanup.h"
#include "proto/varlink_message.h"
#include "report/report_acts.h"
#include "service/log_sink.h"

#define PART_ROWS 64	/* so that a part takes less than a millisecond */
#define PART_BYTES 8192 /* likewise */

bool control_report_begin(
	const struct world *world, struct control_wanted *wanted, struct control_parts *parts)
{
	parts->is_measuring = wanted->request == CONTROL_REQUEST_METRICS;
	parts->metrics = (struct metrics_cursor){ .is_open = wanted->is_open };
	parts->is_whole = !wanted->more;
	if (parts->is_measuring)
		return true;
	report_cursor_done(&parts->report);
	return report_begin(world, &wanted->call, &parts->report);
}

static bool put_rows_part(
	const struct world *world, struct report_cursor *cursor, struct buffer *out)
{
	json_t *list = json_array(), *parameters = json_object();
	bool is_continued = !report_go_on(world, cursor, PART_ROWS, list);

	json_object_set_new(parameters, report_row(cursor->call.kind)->member, list);
	varlink_message_put_part(out, parameters, is_continued);
	return is_continued;
}

static bool put_metrics_part(
	const struct metric_sources *sources, struct control_parts *parts, struct buffer *out)
{
	CLEANUP(buffer_done) struct buffer text = { 0 };
	json_t *parameters = json_object();
	bool is_continued = true;

	while (is_continued && (parts->is_whole || text.length < PART_BYTES))
		is_continued = metrics_put_next(sources, &parts->metrics, &text);
	json_object_set_new(parameters, "text", json_string(buffer_text(&text)));
	varlink_message_put_part(out, parameters, is_continued);
	return is_continued;
}

bool control_report_put(
	const struct metric_sources *sources, struct control_parts *parts, struct buffer *out)
{
	if (parts->is_measuring)
		return put_metrics_part(sources, parts, out);
	return put_rows_part(engine_world(sources->engine), &parts->report, out);
}

bool control_report_put_past(
	struct reading *reading, const struct report_row *row, struct buffer *out)
{
	json_t *list, *parameters;
	bool is_over;

	if (reading_state(reading) == READING_STATE_FAILED) {
		control_calls_refuse(
			out, "The history cannot be read now; the log of the server says why");
		return false;
	}
	list = json_array();
	parameters = json_object();
	is_over = reading_take(reading, PART_ROWS, list);
	json_object_set_new(parameters, row->member, list);
	json_object_set_new(
		parameters, REPORT_PARTIAL, json_boolean(is_over && reading_is_partial(reading)));
	varlink_message_put_part(out, parameters, !is_over);
	return !is_over;
}

static void add_change_row(void *data, const struct settings_change *change)
{
	struct report_writer writer = report_writer_begin(REPORT_KIND_CHANGES);

	report_put_text(&writer, change->option);
	report_put_text(&writer, change->old);
	report_put_text(&writer, change->new);
	report_put_flag(&writer, change->needs_restart);
	report_writer_end(&writer, data);
}

void control_report_changes(const struct reload *reload, struct buffer *out)
{
	json_t *list = json_array();
	CLEANUP(buffer_done) struct buffer problem = { 0 };

	if (reload_preview(reload, add_change_row, list, &problem)) {
		varlink_message_put_reply(
			out, json_pack("{s:o}", report_row(REPORT_KIND_CHANGES)->member, list));
		return;
	}
	json_decref(list);
	control_calls_refuse(out, buffer_text(&problem));
}

void control_report_log_level(
	const struct log *log, const struct report_call *call, struct buffer *sentence)
{
	enum severity before = SEVERITY_DEBUG, level = SEVERITY_DEBUG;

	(void) log_sink_level(log, &before);
	if (!call->values[0] || !severity_parse(call->values[0], &level)) {
		buffer_format(sentence, "The log level is %s", severity_name(before));
		return;
	}
	log_sink_set_level(log, (uint8_t) level);
	buffer_format(sentence, "The log level was %s, and is %s now", severity_name(before),
		severity_name(level));
}

const char *control_report_act(
	struct engine *engine, struct reload *reload, const struct report_call *call)
{
	CLEANUP(buffer_done) struct buffer text = { 0 };
	struct event event = { .kind = EVENT_ACT };

	report_act_put(call, &text);
	event.text = text.bytes;
	event.text_length = text.length;
	engine_handle(engine, &event);
	if (call->kind != REPORT_KIND_RELOAD)
		return NULL;
	reload_now(reload);
	return reload_problem(reload);
}
