/* Descriptors with names, on their way to another program. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "survival/descriptors.h"

static void what_was_saved_is_found_by_its_name(void **state)
{
	CLEANUP(buffer_done) struct buffer saved = { 0 };
	struct descriptors before = { 0 }, after = { 0 };
	int a = open("/dev/null", O_RDONLY), b = open("/dev/null", O_RDONLY);

	(void) state;
	descriptors_add(&before, a, "a name");
	descriptors_add(&before, b, "another:name");
	descriptors_save(&before, &saved);
	descriptors_forget(&before);
	descriptors_load(&after, pack_over(saved.bytes, saved.length));
	assert_int_equal(descriptors_take(&after, "another:name"), b);
	assert_int_equal(descriptors_take(&after, "another:name"), -1);
	assert_int_equal(fcntl(b, F_GETFD), FD_CLOEXEC);
	close(b);
	descriptors_done(&after);
	assert_int_equal(fcntl(a, F_GETFD), -1);
}

static void what_is_not_open_is_left_out(void **state)
{
	CLEANUP(buffer_done) struct buffer saved = { 0 };
	struct descriptors before = { 0 }, after = { 0 };

	(void) state;
	descriptors_add(&before, 9999, "a name");
	descriptors_save(&before, &saved);
	descriptors_forget(&before);
	descriptors_load(&after, pack_over(saved.bytes, saved.length));
	assert_int_equal(after.count, 0);
}

static void two_of_one_name_are_taken_one_after_the_other(void **state)
{
	struct descriptors list = { 0 };
	int a = open("/dev/null", O_RDONLY), b = open("/dev/null", O_RDONLY);

	(void) state;
	descriptors_add(&list, a, "pipe");
	descriptors_add(&list, b, "pipe");
	assert_int_equal(descriptors_take(&list, "pip"), -1);
	assert_int_equal(descriptors_take(&list, "pipe"), a);
	assert_int_equal(descriptors_take(&list, "pipe"), b);
	assert_int_equal(descriptors_take(&list, "pipe"), -1);
	descriptors_done(&list); /* the caller owns the taken ones */
	assert_int_not_equal(fcntl(a, F_GETFD), -1);
	assert_int_not_equal(fcntl(b, F_GETFD), -1);
	close(a);
	close(b);
}

static void what_is_ours_is_told_from_listeners(void **state)
{
	(void) state;
	assert_true(descriptors_is_ours(DESCRIPTORS_PREFIX "head"));
	assert_true(descriptors_is_ours(DESCRIPTORS_PREFIX));
	assert_false(descriptors_is_ours("papod.socket"));
	assert_false(descriptors_is_ours("irc"));
	assert_false(descriptors_is_ours(""));
}

/* A later release may save more about each, or less. */
static void a_file_without_its_name_is_left_out(void **state)
{
	CLEANUP(buffer_done) struct buffer saved = { 0 };
	struct descriptors after = { 0 };
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
	descriptors_load(&after, pack_over(saved.bytes, saved.length));
	assert_int_equal(after.count, 1);
	assert_int_equal(descriptors_take(&after, "first"), fd);
	close(fd);
	descriptors_done(&after);
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
