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

static void two_of_one_name_are_taken_one_after_the_other(void **state)
{
	struct kept kept = { 0 };
	int a = open("/dev/null", O_RDONLY), b = open("/dev/null", O_RDONLY);

	(void) state;
	kept_add(&kept, a, "pipe");
	kept_add(&kept, b, "pipe");
	assert_int_equal(kept_take(&kept, "pip"), -1);
	assert_int_equal(kept_take(&kept, "pipe"), a);
	assert_int_equal(kept_take(&kept, "pipe"), b);
	assert_int_equal(kept_take(&kept, "pipe"), -1);
	kept_done(&kept); /* they are the taker's */
	assert_int_not_equal(fcntl(a, F_GETFD), -1);
	assert_int_not_equal(fcntl(b, F_GETFD), -1);
	close(a);
	close(b);
}

static void what_is_ours_is_told_from_listeners(void **state)
{
	(void) state;
	assert_true(kept_is_one(KEPT_PREFIX "head"));
	assert_true(kept_is_one(KEPT_PREFIX));
	assert_false(kept_is_one("papod.socket"));
	assert_false(kept_is_one("irc"));
	assert_false(kept_is_one(""));
}

/* A later release may say more of each, or leave something out. */
static void a_file_without_its_name_is_left_out(void **state)
{
	CLEANUP(buffer_done) struct buffer saved = { 0 };
	struct kept after = { 0 };
	int fd = open("/dev/null", O_RDONLY);
	size_t begun = pack_begin(&saved, 1);

	(void) state;
	pack_u64(&saved, 2, (uint64_t) fd);
	pack_end(&saved, begun);
	pack_u64(&saved, 77, 5);
	begun = pack_begin(&saved, 1);
	pack_text(&saved, 1, "first");
	pack_text(&saved, 1, "second");
	pack_u64(&saved, 77, 5);
	pack_u64(&saved, 2, (uint64_t) fd);
	pack_end(&saved, begun);
	kept_load(&after, pack_over(saved.bytes, saved.length));
	assert_int_equal(after.count, 1);
	assert_int_equal(kept_take(&after, "first"), fd);
	close(fd);
	kept_done(&after);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_saved_is_found_by_its_name),
		cmocka_unit_test(what_is_not_open_is_left_out),
		cmocka_unit_test(two_of_one_name_are_taken_one_after_the_other),
		cmocka_unit_test(what_is_ours_is_told_from_listeners),
		cmocka_unit_test(a_file_without_its_name_is_left_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
