/* Reports as tables. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "papoctl/table.h"

static const struct report_field fields[] = {
	{ "nick", REPORT_TYPE_TEXT, "" },
	{ "linesSent", REPORT_TYPE_NUMBER, "" },
	{ "tls", REPORT_TYPE_FLAG, "" },
};

static const struct report_row list = { .fields = fields, .n_fields = 3 };
static const struct report_row single = { .fields = fields, .n_fields = 3, .is_single = true };

static void assert_table(const struct report_row *row, const char *json, const char *expected)
{
	json_t *rows = json_loads(json, 0, NULL);
	char *text = NULL;
	size_t length;
	FILE *out = open_memstream(&text, &length);

	assert_non_null(rows);
	table_print(out, row, rows);
	fclose(out);
	assert_string_equal(text, expected);
	free(text);
	json_decref(rows);
}

static void columns_are_as_wide_as_their_widest_value(void **state)
{
	(void) state;
	assert_table(&list,
		"[{\"nick\":\"ana\",\"linesSent\":1234567890123,\"tls\":true},"
		"{\"nick\":null,\"linesSent\":0,\"tls\":false}]",
		"NICK  LINES SENT     TLS\n"
		"ana   1234567890123  yes\n"
		"-     0              no\n");
	assert_table(&list, "[]", "NICK  LINES SENT  TLS\n");
}

/* An ideogram takes two cells of a terminal, a combining accent none. */
static void width_is_that_of_the_terminal(void **state)
{
	(void) state;
	assert_table(&list,
		"[{\"nick\":\"\xe6\xbc\xa2\xe5\xad\x97\",\"linesSent\":1,\"tls\":true},"
		"{\"nick\":\"cafe\xcc\x81\",\"linesSent\":2,\"tls\":true}]",
		"NICK  LINES SENT  TLS\n"
		"\xe6\xbc\xa2\xe5\xad\x97  1           yes\n"
		"cafe\xcc\x81  2           yes\n");
}

static void texts_cannot_disturb_the_terminal(void **state)
{
	(void) state;
	assert_table(&list, "[{\"nick\":\"a\\u001b[2J\\n\\u202eb\",\"linesSent\":1,\"tls\":false}]",
		"NICK      LINES SENT  TLS\n"
		"a?[2J??b  1           no\n");
}

static void a_single_row_is_a_line_for_each_field(void **state)
{
	(void) state;
	assert_table(&single, "[{\"nick\":\"ana\",\"linesSent\":3,\"tls\":true}]",
		"NICK        ana\n"
		"LINES SENT  3\n"
		"TLS         yes\n");
}

/* As of a papod that is older or newer than papoctl. */
static void a_missing_field_is_a_dash(void **state)
{
	(void) state;
	assert_table(&list, "[{\"nick\":\"ana\",\"other\":1}]",
		"NICK  LINES SENT  TLS\n"
		"ana   -           -\n");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(columns_are_as_wide_as_their_widest_value),
		cmocka_unit_test(width_is_that_of_the_terminal),
		cmocka_unit_test(texts_cannot_disturb_the_terminal),
		cmocka_unit_test(a_single_row_is_a_line_for_each_field),
		cmocka_unit_test(a_missing_field_is_a_dash),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
