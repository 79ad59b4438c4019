/* As many files as the administrator allows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <sys/resource.h>

#include "daemon/file_limit.h"

static void it_is_raised_as_far_as_it_may_be(void **state)
{
	struct rlimit limit = { .rlim_cur = 64, .rlim_max = 512 };

	(void) state;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
	assert_int_equal(file_limit_raise(), 512);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
	assert_int_equal(limit.rlim_cur, 512);
	assert_int_equal(file_limit_raise(), 512);
}

static void it_is_asked_for_anew(void **state)
{
	const struct rlimit limit = { .rlim_cur = 32, .rlim_max = 100 };

	(void) state;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
	assert_int_equal(file_limit_raise(), 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_is_raised_as_far_as_it_may_be),
		cmocka_unit_test(it_is_asked_for_anew),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
