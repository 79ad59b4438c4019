/* Files that change in a directory of the test's own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gate/watched_files.h"

struct house {
	struct loop *loop;
	struct watched_files *files;
	uint64_t now_ms;
	int n_changes;
	char directory[32], real[64], path[64], target[64], other[64];
};

uint64_t __wrap_loop_now_ms(const struct loop *loop);

static struct house *house_of_clock;

uint64_t __wrap_loop_now_ms(const struct loop *loop)
{
	(void) loop;
	return house_of_clock->now_ms;
}

static void note_change(void *data)
{
	((struct house *) data)->n_changes++;
}

static void write_file(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, "x", 1), 1);
	close(fd);
}

/* DIRECTORY/cert is a link to DIRECTORY/real/cert. */
static int start_house(void **state)
{
	struct house *house = calloc(1, sizeof(*house));

	house_of_clock = house;
	house->now_ms = 1000;
	strcpy(house->directory, "/tmp/papod-watch-XXXXXX");
	assert_non_null(mkdtemp(house->directory));
	snprintf(house->real, sizeof(house->real), "%s/real", house->directory);
	snprintf(house->path, sizeof(house->path), "%s/cert", house->directory);
	snprintf(house->target, sizeof(house->target), "%s/real/cert", house->directory);
	snprintf(house->other, sizeof(house->other), "%s/other", house->directory);
	assert_int_equal(mkdir(house->real, 0700), 0);
	write_file(house->target);
	assert_int_equal(symlink("real/cert", house->path), 0);
	assert_int_equal(loop_new(&house->loop), 0);
	house->files = watched_files_new(house->loop, note_change, house);
	*state = house;
	return 0;
}

static int stop_house(void **state)
{
	struct house *house = *state;

	watched_files_free(house->files);
	loop_free(house->loop);
	unlink(house->path);
	unlink(house->target);
	unlink(house->other);
	rmdir(house->real);
	assert_int_equal(rmdir(house->directory), 0);
	free(house);
	return 0;
}

static void turn(struct house *house)
{
	assert_int_equal(loop_turn(house->loop, 0), 0);
	watched_files_tick(house->files);
}

static void expect_change(struct house *house)
{
	uint64_t begin_ms = house->now_ms;
	int before = house->n_changes;

	turn(house);
	assert_int_equal(watched_files_next_deadline(house->files), begin_ms + 500);
	house->now_ms = begin_ms + 499;
	turn(house);
	assert_int_equal(house->n_changes, before);
	house->now_ms++;
	turn(house);
	assert_int_equal(house->n_changes, before + 1);
	assert_int_equal(watched_files_next_deadline(house->files), UINT64_MAX);
	turn(house);
	assert_int_equal(house->n_changes, before + 1);
}

static void expect_none(struct house *house)
{
	turn(house);
	assert_int_equal(watched_files_next_deadline(house->files), UINT64_MAX);
	assert_int_equal(house->n_changes, 0);
}

static void nothing_is_watched_at_first(void **state)
{
	struct house *house = *state;

	write_file(house->target);
	expect_none(house);
}

static void a_file_that_is_written_is_reported_a_moment_later(void **state)
{
	struct house *house = *state;

	watched_files_add(house->files, house->target);
	expect_none(house);
	write_file(house->target);
	expect_change(house);
	write_file(house->target);
	expect_change(house);
}

static void a_directory_that_comes_later_is_reported(void **state)
{
	struct house *house = *state;
	char below[96];

	snprintf(below, sizeof(below), "%s/certs/papod/cert", house->other);
	watched_files_add(house->files, below);
	expect_none(house);
	assert_int_equal(mkdir(house->other, 0700), 0);
	expect_change(house);
	watched_files_clear(house->files);
	watched_files_add(house->files, below);
	snprintf(below, sizeof(below), "%s/certs", house->other);
	assert_int_equal(mkdir(below, 0700), 0);
	expect_change(house);
	rmdir(below);
	rmdir(house->other);
}

static void changes_that_follow_do_not_delay_it(void **state)
{
	struct house *house = *state;

	watched_files_add(house->files, house->target);
	write_file(house->target);
	turn(house);
	house->now_ms += 300;
	write_file(house->target);
	turn(house);
	assert_int_equal(watched_files_next_deadline(house->files), 1500);
	house->now_ms = 1500;
	turn(house);
	assert_int_equal(house->n_changes, 1);
}

static void a_link_and_what_it_leads_to_are_watched(void **state)
{
	struct house *house = *state;

	watched_files_add(house->files, house->path);
	write_file(house->target);
	expect_change(house);
	unlink(house->path);
	turn(house);
	assert_int_equal(watched_files_next_deadline(house->files), UINT64_MAX);
	assert_int_equal(symlink("real/other", house->other), 0);
	expect_change(house);
}

static void a_file_that_replaces_it_is_reported(void **state)
{
	struct house *house = *state;

	write_file(house->other);
	watched_files_add(house->files, house->target);
	expect_none(house);
	assert_int_equal(rename(house->other, house->target), 0);
	expect_change(house);
}

static void a_file_that_is_missing_is_waited_for(void **state)
{
	struct house *house = *state;

	watched_files_add(house->files, house->other);
	expect_none(house);
	write_file(house->other);
	expect_change(house);
}

static void a_directory_that_goes_is_reported(void **state)
{
	struct house *house = *state;

	watched_files_add(house->files, house->target);
	unlink(house->target);
	expect_none(house);
	assert_int_equal(rmdir(house->real), 0);
	expect_change(house);
}

static void a_file_that_goes_is_reported_to_who_asked(void **state)
{
	struct house *house = *state;

	watched_files_mind_removals(house->files);
	watched_files_add(house->files, house->target);
	expect_none(house);
	unlink(house->target);
	expect_change(house);
	write_file(house->target);
	expect_change(house);
	assert_int_equal(rename(house->target, house->other), 0);
	expect_change(house);
}

static void a_name_without_directory_is_left_alone(void **state)
{
	struct house *house = *state;

	watched_files_add(house->files, "papod-no-such-file");
	watched_files_add(house->files, "/papod-no-such-file");
	watched_files_add(house->files, "/papod-no-such/directory/file");
	expect_none(house);
}

static void files_can_be_forgotten(void **state)
{
	struct house *house = *state;

	watched_files_add(house->files, house->target);
	watched_files_clear(house->files);
	write_file(house->target);
	expect_none(house);
	watched_files_clear(house->files);
	watched_files_add(house->files, house->target);
	write_file(house->target);
	expect_change(house);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start_house, stop_house)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(nothing_is_watched_at_first),
		TEST(a_file_that_is_written_is_reported_a_moment_later),
		TEST(a_directory_that_comes_later_is_reported),
		TEST(changes_that_follow_do_not_delay_it),
		TEST(a_link_and_what_it_leads_to_are_watched),
		TEST(a_file_that_replaces_it_is_reported),
		TEST(a_file_that_is_missing_is_waited_for),
		TEST(a_directory_that_goes_is_reported),
		TEST(a_file_that_goes_is_reported_to_who_asked),
		TEST(a_name_without_directory_is_left_alone),
		TEST(files_can_be_forgotten),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
