/* The tables of reports. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "report/report_rows.h"

static void assert_field_is_complete(const struct report_row *row, size_t i)
{
	const struct report_field *field = &row->fields[i];

	if (!field->name || !*field->name || !field->help || !*field->help)
		fail_msg("%s: field %zu is incomplete", row->command, i);
	for (size_t k = 0; k < i; k++)
		assert_string_not_equal(row->fields[k].name, field->name);
}

static void each_row_is_complete(void **state)
{
	(void) state;
	for (enum report_kind i = 0; i < REPORT_KINDS; i++) {
		const struct report_row *row = report_row(i);

		if (!row->command || !row->method || !row->member || !row->type || !row->help)
			fail_msg("report %d is incomplete", (int) i);
		assert_true(row->n_fields > 0);
		for (size_t k = 0; k < row->n_fields; k++)
			assert_field_is_complete(row, k);
	}
}

static void rows_are_found_by_command_and_method(void **state)
{
	enum report_kind kind = REPORT_KIND_BANS;

	(void) state;
	assert_true(report_find_command("users", &kind));
	assert_int_equal(kind, REPORT_KIND_USERS);
	assert_false(report_find_command("user", &kind));
	assert_false(report_find_command("", &kind));
	assert_true(report_find_method(REPORT_INTERFACE ".ListChannels", &kind));
	assert_int_equal(kind, REPORT_KIND_CHANNELS);
	assert_false(report_find_method("ListChannels", &kind));
	assert_false(report_find_method(REPORT_INTERFACE ".listchannels", &kind));
	assert_false(report_find_method("org.varlink.service.ListChannels", &kind));
}

static void the_description_has_all(void **state)
{
	CLEANUP(buffer_done) struct buffer text = { 0 };

	(void) state;
	report_describe(&text);
	assert_non_null(strstr(text.bytes, "method GetStatus() -> (status: []Status)\n"));
	assert_non_null(strstr(text.bytes, "type Client (\n"));
	assert_non_null(strstr(text.bytes, "  tls: bool,\n"));
	assert_non_null(strstr(text.bytes, "  linesSent: int\n)\n"));
	for (enum report_kind i = 0; i < REPORT_KINDS; i++)
		assert_non_null(strstr(text.bytes, report_row(i)->method));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_row_is_complete),
		cmocka_unit_test(rows_are_found_by_command_and_method),
		cmocka_unit_test(the_description_has_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
