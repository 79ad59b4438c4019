/* The table of log entries. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/logbook.h"

#define ID_DIGITS 32

static const struct logbook_row *row_at(int i)
{
	return logbook_row((enum logbook) i);
}

static void each_row_is_complete(void **state)
{
	(void) state;
	for (int i = 0; i < LOGBOOK_COUNT; i++) {
		const struct logbook_row *row = row_at(i);

		assert_non_null(row->name);
		if (!row->message_id || !row->text || !row->fields || !row->help)
			fail_msg("logbook.def: %s has no message_id, text, fields or help",
				row->name);
		if (row->severity < SEVERITY_ERROR || row->severity > SEVERITY_DEBUG)
			fail_msg("logbook.def: %s has no severity", row->name);
	}
}

static void each_id_is_one_and_unlike_all_others(void **state)
{
	(void) state;
	for (int i = 0; i < LOGBOOK_COUNT; i++) {
		const struct logbook_row *row = row_at(i);

		if (strlen(row->message_id) != ID_DIGITS ||
			strspn(row->message_id, "0123456789abcdef") != ID_DIGITS)
			fail_msg("logbook.def: %s: %s is not 32 hexadecimal digits", row->name,
				row->message_id);
		for (int other = 0; other < i; other++)
			if (strcmp(row->message_id, row_at(other)->message_id) == 0 ||
				strcmp(row->name, row_at(other)->name) == 0)
				fail_msg("logbook.def: %s and %s have one name or id", row->name,
					row_at(other)->name);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_row_is_complete),
		cmocka_unit_test(each_id_is_one_and_unlike_all_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
