/* Owns how much of a report goes into a reply. */
#include "daemon/control_report.h"

#include "proto/varlink_message.h"

#define PART_ROWS 64 /* so that a part takes less than a millisecond */

bool control_report_put(const struct world *world, struct report_cursor *cursor, struct buffer *out)
{
	json_t *list = json_array(), *parameters = json_object();
	bool is_continued = !report_go_on(world, cursor, PART_ROWS, list);

	json_object_set_new(parameters, report_row(cursor->kind)->member, list);
	varlink_message_put_part(out, parameters, is_continued);
	return is_continued;
}
