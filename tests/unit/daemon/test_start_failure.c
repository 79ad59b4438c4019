/* A start that fails is logged in one entry. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/start_failure.h"

static void note_reason(void *data, enum logbook entry, const char *const *fields)
{
	assert_int_equal(entry, LOGBOOK_START_FAILED);
	assert_string_equal(fields[0], "REASON");
	snprintf(data, 64, "%s", fields[1]);
	assert_null(fields[2]);
}

static void it_is_logged_with_its_reason(void **state)
{
	char reason[64] = "";
	const struct log log = { note_reason, reason };

	(void) state;
	assert_int_equal(start_failure(&log, 77, "what", "why"), 77);
	assert_string_equal(reason, "what: why");
	assert_int_equal(start_failure(&log, 1, "what", NULL), 1);
	assert_string_equal(reason, "what");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_is_logged_with_its_reason),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
