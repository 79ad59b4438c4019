/* Lines shared by reference count. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/line.h"

static void a_line_holds_a_copy(void **state)
{
	char bytes[] = "PING\r\n";
	struct line *line = line_new(bytes, 6);

	(void) state;
	bytes[0] = 'X';
	assert_int_equal(line->length, 6);
	assert_memory_equal(line->bytes, "PING\r\n", 6);
	line_unref(line);
}

static void a_line_lives_as_long_as_its_last_reference(void **state)
{
	struct line *line = line_new("x\r\n", 3);

	(void) state;
	assert_ptr_equal(line_ref(line), line);
	assert_int_equal(line->refs, 2);
	line_unref(line);
	assert_int_equal(line->refs, 1);
	assert_memory_equal(line->bytes, "x\r\n", 3);
	line_unref(line);
	line_unref(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_holds_a_copy),
		cmocka_unit_test(a_line_lives_as_long_as_its_last_reference),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
