/* Owns how much of a report goes into a reply, and how acts become events. */
#include "daemon/control_report.h"

#include "base/cleanup.h"
#include "daemon/control_calls.h"
#include "proto/varlink_message.h"
#include "report/report_acts.h"

#define PART_ROWS 64 /* so that a part takes less than a millisecond */

bool control_report_put(const struct world *world, struct report_cursor *cursor, struct buffer *out)
{
	json_t *list = json_array(), *parameters = json_object();
	bool is_continued = !report_go_on(world, cursor, PART_ROWS, list);

	json_object_set_new(parameters, report_row(cursor->call.kind)->member, list);
	varlink_message_put_part(out, parameters, is_continued);
	return is_continued;
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
