/* Lines of one second of a log. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>

#include "papoctl/line_copies.h"

static void each_line_counts_for_itself(void **state)
{
	struct line_copies copies = { 0 };

	(void) state;
	assert_int_equal(line_copies_note(&copies, "PRIVMSG ana one"), 0);
	assert_int_equal(line_copies_note(&copies, "PRIVMSG ana two"), 0);
	assert_int_equal(line_copies_note(&copies, "PRIVMSG ana one"), 1);
	assert_int_equal(line_copies_note(&copies, ""), 0);
	assert_int_equal(line_copies_note(&copies, "PRIVMSG ana one"), 2);
	assert_int_equal(line_copies_note(&copies, "PRIVMSG ana two"), 1);
	line_copies_clear(&copies);
}

static void the_next_second_begins_anew(void **state)
{
	struct line_copies copies = { 0 };

	(void) state;
	line_copies_clear(&copies);
	assert_int_equal(line_copies_note(&copies, "PRIVMSG ana one"), 0);
	line_copies_clear(&copies);
	assert_int_equal(line_copies_note(&copies, "PRIVMSG ana one"), 0);
	line_copies_clear(&copies);
}

/* If each line were compared with all others, this would take minutes. */
static void a_second_may_have_many_lines(void **state)
{
	struct line_copies copies = { 0 };
	char line[64];

	(void) state;
	for (unsigned int round = 0; round < 2; round++)
		for (unsigned int i = 0; i < 300000; i++) {
			snprintf(line, sizeof(line), "PRIVMSG ana %u", i);
			assert_int_equal(line_copies_note(&copies, line), round);
		}
	line_copies_clear(&copies);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_line_counts_for_itself),
		cmocka_unit_test(the_next_second_begins_anew),
		cmocka_unit_test(a_second_may_have_many_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
