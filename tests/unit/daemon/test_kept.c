/* Descriptors with names, on their way to another program. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "daemon/kept.h"

static void what_was_saved_is_found_by_its_name(void **state)
{
	CLEANUP(buffer_done) struct buffer saved = { 0 };
	struct kept before = { 0 }, after = { 0 };
	int a = open("/dev/null", O_RDONLY), b = open("/dev/null", O_RDONLY);

	(void) state;
	kept_add(&before, a, "a name");
	kept_add(&before, b, "another:name");
	kept_save(&before, &saved);
	kept_forget(&before);
	kept_load(&after, pack_over(saved.bytes, saved.length));
	assert_int_equal(kept_take(&after, "another:name"), b);
	assert_int_equal(kept_take(&after, "another:name"), -1);
	assert_int_equal(fcntl(b, F_GETFD), FD_CLOEXEC);
	close(b);
	kept_done(&after);
	assert_int_equal(fcntl(a, F_GETFD), -1);
}

static void what_is_not_open_is_left_out(void **state)
{
	CLEANUP(buffer_done) struct buffer saved = { 0 };
	struct kept before = { 0 }, after = { 0 };

	(void) state;
	kept_add(&before, 9999, "a name");
	kept_save(&before, &saved);
	kept_forget(&before);
	kept_load(&after, pack_over(saved.bytes, saved.length));
	assert_int_equal(after.count, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_saved_is_found_by_its_name),
		cmocka_unit_test(what_is_not_open_is_left_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
