/* A file stands for papod's socket; time is the test's own. */
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

#include "gate/papod_watch.h"

#define AWAY_MS 5000
#define SETTLE_MS 500 /* before a change is looked at */

struct house {
	struct loop *loop;
	struct papod_watch *watch;
	uint64_t now_ms;
	int n_stopped;
	char directory[40], run[48], path[64];
};

uint64_t __wrap_loop_now_ms(const struct loop *loop);

static struct house *house_of_clock;

uint64_t __wrap_loop_now_ms(const struct loop *loop)
{
	(void) loop;
	return house_of_clock->now_ms;
}

static void note_stop(void *data)
{
	((struct house *) data)->n_stopped++;
}

static void make_socket(const struct house *house)
{
	int fd = open(house->path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	close(fd);
}

static int start_house(void **state)
{
	struct house *house = calloc(1, sizeof(*house));

	house_of_clock = house;
	house->now_ms = 1000;
	strcpy(house->directory, "/tmp/papod-papod-watch-XXXXXX");
	assert_non_null(mkdtemp(house->directory));
	snprintf(house->run, sizeof(house->run), "%s/run", house->directory);
	snprintf(house->path, sizeof(house->path), "%s/socket", house->run);
	assert_int_equal(mkdir(house->run, 0700), 0);
	assert_int_equal(loop_new(&house->loop), 0);
	*state = house;
	return 0;
}

static int stop_house(void **state)
{
	struct house *house = *state;

	papod_watch_free(house->watch);
	loop_free(house->loop);
	unlink(house->path);
	rmdir(house->run);
	assert_int_equal(rmdir(house->directory), 0);
	free(house);
	return 0;
}

static void watch_socket(struct house *house)
{
	house->watch = papod_watch_new(house->loop, house->path, note_stop, house);
}

/* After so many milliseconds. */
static void turn(struct house *house, uint64_t later_ms)
{
	house->now_ms += later_ms;
	assert_int_equal(loop_turn(house->loop, 0), 0);
	papod_watch_tick(house->watch);
}

/* What has changed is seen, and looked at. */
static void look(struct house *house)
{
	turn(house, 0);
	assert_int_equal(papod_watch_next_deadline(house->watch), house->now_ms + SETTLE_MS);
	turn(house, SETTLE_MS);
}

static void expect_no_plan(struct house *house)
{
	turn(house, 10 * AWAY_MS);
	assert_int_equal(papod_watch_next_deadline(house->watch), UINT64_MAX);
	assert_int_equal(house->n_stopped, 0);
}

static void expect_stop(struct house *house)
{
	assert_int_equal(papod_watch_next_deadline(house->watch), house->now_ms + AWAY_MS);
	turn(house, AWAY_MS - 1);
	assert_int_equal(house->n_stopped, 0);
	turn(house, 1);
	assert_int_equal(house->n_stopped, 1);
	turn(house, 10 * AWAY_MS);
	assert_int_equal(house->n_stopped, 1);
}

static void a_socket_that_stays_is_no_reason(void **state)
{
	struct house *house = *state;

	make_socket(house);
	watch_socket(house);
	expect_no_plan(house);
}

static void a_socket_that_goes_means_a_stop(void **state)
{
	struct house *house = *state;

	make_socket(house);
	watch_socket(house);
	turn(house, 0);
	unlink(house->path);
	look(house);
	expect_stop(house);
}

static void a_socket_that_never_comes_means_a_stop(void **state)
{
	struct house *house = *state;

	watch_socket(house);
	expect_stop(house);
}

static void a_restart_is_no_stop(void **state)
{
	struct house *house = *state;

	make_socket(house);
	watch_socket(house);
	for (int i = 0; i < 3; i++) {
		unlink(house->path);
		look(house);
		turn(house, AWAY_MS - SETTLE_MS - 1);
		make_socket(house);
		turn(house, 0);
		turn(house, SETTLE_MS);
	}
	expect_no_plan(house);
}

/* It came back just now, and that has not been looked at. */
static void a_socket_that_comes_at_the_last_moment_counts(void **state)
{
	struct house *house = *state;

	watch_socket(house);
	turn(house, AWAY_MS - 1);
	make_socket(house);
	turn(house, 1);
	turn(house, SETTLE_MS);
	expect_no_plan(house);
}

static void a_directory_may_come_later(void **state)
{
	struct house *house = *state;

	assert_int_equal(rmdir(house->run), 0);
	watch_socket(house);
	assert_int_equal(mkdir(house->run, 0700), 0);
	look(house);
	make_socket(house);
	look(house);
	expect_no_plan(house);
	unlink(house->path);
	look(house);
	expect_stop(house);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start_house, stop_house)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_socket_that_stays_is_no_reason),
		TEST(a_socket_that_goes_means_a_stop),
		TEST(a_socket_that_never_comes_means_a_stop),
		TEST(a_restart_is_no_stop),
		TEST(a_socket_that_comes_at_the_last_moment_counts),
		TEST(a_directory_may_come_later),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
