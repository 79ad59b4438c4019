/* Each problem is logged with its fields, and the first error is returned. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buffer.h"
#include "files/problems.h"

static void note_entry(void *data, enum logbook entry, const char *const *fields)
{
	struct buffer *logged = data;

	buffer_put_text(logged, entry == LOGBOOK_CONFIG_WARNING ? "warning" : "problem");
	for (size_t i = 0; fields[i]; i += 2)
		buffer_format(logged, " %s=%s", fields[i], fields[i + 1] ? fields[i + 1] : "-");
	buffer_put_text(logged, "\n");
}

static void each_problem_is_an_entry(void **state)
{
	static char file[] = "papod.conf", option[] = "listen", text[] = "why", other[] = "odd";
	struct problem items[] = {
		{ .file = file, .line = 0, .text = other, .is_warning = true },
		{ .file = file, .line = 12, .option = option, .text = text },
		{ .file = file, .line = 13, .option = option, .text = other },
	};
	const struct problems problems = { .items = items, .count = 3, .n_errors = 2 };
	struct buffer logged = { 0 };
	const struct log log = { note_entry, &logged };

	(void) state;
	assert_ptr_equal(problems_log(&problems, &log), &items[1]);
	assert_string_equal(logged.bytes,
		"warning FILE=papod.conf LINE=- OPTION=- REASON=odd\n"
		"problem FILE=papod.conf LINE=12 OPTION=listen REASON=why\n"
		"problem FILE=papod.conf LINE=13 OPTION=listen REASON=odd\n");
	buffer_done(&logged);
}

static void warnings_are_no_errors(void **state)
{
	static char file[] = "papod.conf", text[] = "odd";
	struct problem item = { .file = file, .line = 1, .text = text, .is_warning = true };
	const struct problems problems = { .items = &item, .count = 1 }, none = { 0 };
	const struct log log = { 0 };

	(void) state;
	assert_null(problems_log(&problems, &log));
	assert_null(problems_log(&none, &log));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_problem_is_an_entry),
		cmocka_unit_test(warnings_are_no_errors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
