/* Owns how much of a report goes into a reply, and how acts become events. */
#include "daemon/control_report.h"

#include "base/cleanup.h"
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

void control_report_act(struct engine *engine, const struct report_call *call)
{
	CLEANUP(buffer_done) struct buffer text = { 0 };
	struct event event = { .kind = EVENT_ACT };

	report_act_put(call, &text);
	event.text = text.bytes;
	event.text_length = text.length;
	engine_handle(engine, &event);
}
