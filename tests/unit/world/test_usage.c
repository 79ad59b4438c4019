/* How much the server was used. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "world/usage.h"

#include "fixture.h"

static void commands_are_counted_and_stand_in_order(void **state)
{
	struct usage usage = { 0 };

	(void) state;
	usage_count(&usage, "PING", 10);
	usage_count(&usage, "NICK", 5);
	usage_count(&usage, "PING", 20);
	assert_int_equal(usage.n_rows, 2);
	assert_string_equal(usage.rows[0].name, "NICK");
	assert_string_equal(usage.rows[1].name, "PING");
	assert_int_equal(usage.rows[1].count, 2);
	assert_int_equal(usage.rows[1].bytes, 30);
	usage_done(&usage);
}

static void counts_survive_being_saved(void **state)
{
	struct usage usage = { 0 }, loaded = { 0 };
	struct buffer bytes = { 0 };
	struct pack_field field;
	struct pack pack;

	(void) state;
	usage_count(&usage, "PING", 10);
	usage_count_connection(&usage);
	usage_save(&bytes, 7, &usage);
	pack = pack_over(bytes.bytes, bytes.length);
	assert_true(pack_next(&pack, &field));
	usage_load(&loaded, pack_field_record(&field));
	assert_int_equal(loaded.n_connections, 1);
	assert_int_equal(loaded.n_rows, 1);
	assert_string_equal(loaded.rows[0].name, "PING");
	assert_int_equal(loaded.rows[0].bytes, 10);
	usage_done(&usage);
	usage_done(&loaded);
	buffer_done(&bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(commands_are_counted_and_stand_in_order),
		cmocka_unit_test(counts_survive_being_saved),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
