/* The tables of reports. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "report/report_acts.h"
#include "report/report_rows.h"

static void assert_field_is_complete(const struct report_row *row, size_t i)
{
	const struct report_field *field = &row->fields[i];

	if (!field->name || !*field->name || !field->help || !*field->help)
		fail_msg("%s: field %zu is incomplete", row->command, i);
	for (size_t k = 0; k < i; k++)
		assert_string_not_equal(row->fields[k].name, field->name);
}

/* Rest and optional parameters come last. */
static void assert_params_are_in_order(const struct report_row *row)
{
	bool is_optional = false, is_over = false;

	assert_true(row->n_params <= REPORT_MOST_PARAMS);
	for (size_t i = 0; i < row->n_params; i++) {
		const struct report_param *param = &row->params[i];

		assert_true(*param->name && *param->usage && *param->help);
		assert_true(param->is_optional || !is_optional);
		assert_true(param->is_flag || !is_over);
		assert_true(param->is_optional || !param->is_flag);
		is_optional = param->is_optional;
		is_over = is_over || param->is_rest;
		for (size_t k = 0; k < i; k++)
			assert_string_not_equal(row->params[k].name, param->name);
	}
}

static void each_row_is_complete(void **state)
{
	(void) state;
	for (enum report_kind i = 0; i < REPORT_KINDS; i++) {
		const struct report_row *row = report_row(i);

		if (!row->command || !row->help)
			fail_msg("report %d is incomplete", (int) i);
		assert_true(row->member ? row->n_fields && row->type : !row->n_fields);
		assert_int_equal(report_act_exists(i), report_names_operator(row));
		for (size_t k = 0; k < row->n_fields; k++)
			assert_field_is_complete(row, k);
		assert_params_are_in_order(row);
	}
}

static bool finds(const char *first, const char *second, enum report_kind *ret_kind)
{
	const char *words[] = { first, second };
	size_t n_words = second ? 2 : 1, n_own = 0;

	if (!report_find_command(words, n_words, ret_kind, &n_own))
		return false;
	assert_int_equal(n_own, strchr(report_row(*ret_kind)->command, ' ') ? 2 : 1);
	return true;
}

static void rows_are_found_by_command_and_method(void **state)
{
	enum report_kind kind = REPORT_KIND_BANS;

	(void) state;
	assert_true(finds("users", NULL, &kind));
	assert_int_equal(kind, REPORT_KIND_USERS);
	assert_true(finds("ban", "add", &kind));
	assert_int_equal(kind, REPORT_KIND_BAN_ADD);
	assert_true(finds("whois", "add", &kind));
	assert_int_equal(kind, REPORT_KIND_WHOIS);
	assert_false(finds("ban", NULL, &kind));
	assert_false(finds("ban", "ad", &kind));
	assert_false(finds("user", NULL, &kind));
	assert_false(finds("", NULL, &kind));
	assert_true(report_find_method(REPORT_INTERFACE ".ListChannels", &kind));
	assert_int_equal(kind, REPORT_KIND_CHANNELS);
	assert_false(report_find_method("ListChannels", &kind));
	assert_false(report_find_method(REPORT_INTERFACE ".listchannels", &kind));
	assert_false(report_find_method("org.varlink.service.ListChannels", &kind));
}

static void a_usage_shows_what_may_be_left_out(void **state)
{
	CLEANUP(buffer_done) struct buffer text = { 0 };

	(void) state;
	report_put_usage(report_row(REPORT_KIND_BAN_ADD), &text);
	assert_string_equal(text.bytes, "KIND MASK [REASON...] [--duration DURATION]");
}

static void the_description_has_all(void **state)
{
	CLEANUP(buffer_done) struct buffer text = { 0 };

	(void) state;
	report_describe(&text);
	assert_non_null(strstr(text.bytes, "method GetStatus() -> (status: []Status)\n"));
	assert_non_null(strstr(text.bytes, "type Client (\n"));
	assert_non_null(strstr(text.bytes, "  tls: bool,\n"));
	assert_non_null(strstr(text.bytes, "  linesSent: int,\n"));
	assert_non_null(strstr(text.bytes, "\n  nick: string,\n"));
	assert_non_null(strstr(text.bytes, "\n  operator: ?string\n) -> (message: string)\n"));
	for (enum report_kind i = 0; i < REPORT_KINDS; i++)
		if (report_row(i)->method)
			assert_non_null(strstr(text.bytes, report_row(i)->method));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_row_is_complete),
		cmocka_unit_test(rows_are_found_by_command_and_method),
		cmocka_unit_test(a_usage_shows_what_may_be_left_out),
		cmocka_unit_test(the_description_has_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
