/* The front of the log and the table behind it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/buffer.h"
#include "base/log.h"

static void collect(void *data, enum logbook entry, const char *const *fields)
{
	struct buffer *out = data;

	buffer_put_text(out, logbook_row(entry)->name);
	for (; *fields; fields += 2)
		buffer_format(out, " %s=%s", fields[0], fields[1] ? fields[1] : "-");
}

static void entries_reach_the_sink_with_their_fields(void **state)
{
	struct buffer out = { 0 };
	struct log log = { collect, &out };

	(void) state;
	log_entry(&log, LOGBOOK_STARTED);
	log_entry(&log, LOGBOOK_KILL, "NICK", "ana %s", "REASON", "x");
	assert_string_equal(buffer_text(&out), "startedkill NICK=ana %s REASON=x");
	buffer_done(&out);
}

static void without_a_sink_nothing_happens(void **state)
{
	struct log log = { 0 };

	(void) state;
	log_entry(&log, LOGBOOK_STARTED, "A", "b");
	log_entry(NULL, LOGBOOK_STARTED, "A", "b");
}

static bool is_whole(const struct logbook_row *row)
{
	return row->message_id && strlen(row->message_id) == 32 &&
	       strspn(row->message_id, "0123456789abcdef") == 32 &&
	       row->severity >= SEVERITY_ERROR && row->severity <= SEVERITY_DEBUG && row->text &&
	       *row->text && row->fields && row->help && *row->help;
}

static void every_entry_has_a_whole_row(void **state)
{
	(void) state;
	for (int i = 0; i < LOGBOOK_COUNT; i++) {
		const struct logbook_row *row = logbook_row((enum logbook) i);

		if (!row->name || !*row->name || !is_whole(row))
			fail_msg("logbook.def: a field of row %d, %s, is missing or wrong", i,
				row->name ? row->name : "which has no name");
	}
}

static void no_two_entries_are_confused(void **state)
{
	(void) state;
	for (int i = 0; i < LOGBOOK_COUNT; i++) {
		const struct logbook_row *row = logbook_row((enum logbook) i);

		for (int j = 0; j < i && is_whole(row); j++) {
			const struct logbook_row *other = logbook_row((enum logbook) j);

			if (!is_whole(other))
				continue;
			assert_string_not_equal(row->name, other->name);
			assert_string_not_equal(row->message_id, other->message_id);
			assert_string_not_equal(row->text, other->text);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(entries_reach_the_sink_with_their_fields),
		cmocka_unit_test(without_a_sink_nothing_happens),
		cmocka_unit_test(every_entry_has_a_whole_row),
		cmocka_unit_test(no_two_entries_are_confused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
