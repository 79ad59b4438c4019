/* Texts that are stored once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/interned.h"

static void equal_texts_are_one(void **state)
{
	struct interned interned = { 0 };
	const char *first = interned_text(&interned, "main socket", 4);
	const char *longer = interned_text(&interned, "mains", 5);
	const char *other = interned_text(&interned, "rain", 4);

	(void) state;
	assert_string_equal(first, "main");
	assert_string_equal(longer, "mains");
	assert_string_equal(other, "rain");
	assert_ptr_equal(interned_text(&interned, "main", 4), first);
	assert_ptr_equal(interned_text(&interned, "mains", 5), longer);
	assert_int_equal(interned.count, 3);
	interned_done(&interned);
}

static void nothing_is_a_text(void **state)
{
	struct interned interned = { 0 };

	(void) state;
	assert_string_equal(interned_text(&interned, NULL, 0), "");
	assert_ptr_equal(interned_text(&interned, "", 0), interned_text(&interned, NULL, 0));
	interned_done(&interned);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(equal_texts_are_one),
		cmocka_unit_test(nothing_is_a_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
