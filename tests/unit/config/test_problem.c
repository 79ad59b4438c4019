#include "parse.h"

static void assert_formatted(const struct problem *problem, const char *expected)
{
	struct buffer out = { 0 };

	problem_format(problem, &out);
	assert_string_equal(out.bytes, expected);
	buffer_done(&out);
}

static void a_problem_is_one_line(void **state)
{
	struct problems problems = { 0 };

	(void) state;
	problems_add(&problems, false, "a.conf", 12, "x.y", "found %d", 5);
	problems_add(&problems, true, "a.conf", 0, NULL, "odd");
	problems_add(&problems, false, NULL, 7, NULL, "no file");
	assert_formatted(&problems.items[0], "a.conf:12: x.y: found 5");
	assert_formatted(&problems.items[1], "a.conf: odd");
	assert_formatted(&problems.items[2], "no file");
	problems_done(&problems);
}

static void warnings_are_no_errors(void **state)
{
	struct problems problems = { 0 };

	(void) state;
	problems_add(&problems, true, "a", 1, NULL, "odd");
	assert_int_equal(problems.count, 1);
	assert_int_equal(problems.n_errors, 0);
	problems_add(&problems, false, "a", 1, NULL, "wrong");
	assert_int_equal(problems.count, 2);
	assert_int_equal(problems.n_errors, 1);
	problems_done(&problems);
	assert_int_equal(problems.count, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_problem_is_one_line),
		cmocka_unit_test(warnings_are_no_errors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
