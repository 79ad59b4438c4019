/* Sockets for which a process has no descriptors. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <errno.h>
#include <unistd.h>

#include "base/pack.h"
#include "lots.h"

static int lowest_free_fd(void)
{
	int fd = dup(0);

	assert_true(fd >= 0);
	close(fd);
	return fd;
}

static void close_one(struct lots *lots)
{
	struct found *found = &lots->found[--lots->n_found];

	parking_forget(lots->parking, found->id);
	close(found->fd);
}

/* Parks `count` sockets, then restarts with room for about `room`. */
static void restart_with_room(struct lots *lots, uint64_t count, int room)
{
	int fd = make_socket();

	needs_files(MANY_FILES);
	lots_add(lots, fd, 1, count);
	close(fd);
	lots_restart(lots);
	lots->fd_limit = lowest_free_fd() + room;
	assert_int_equal(lots_walk(lots), -EMFILE);
	assert_in_range(lots->n_found, room - 10, room);
	assert_int_equal(parking_asleep(lots->parking), count - lots->n_found);
}

static void who_has_no_descriptor_sleeps_until_there_is_one(void **state)
{
	struct lots *lots = *state;
	size_t n_found, n_asleep;

	restart_with_room(lots, 1000, 100);
	n_found = lots->n_found;
	assert_int_equal(lots->parking->n_copies, 1000);
	assert_int_equal(lots_walk(lots), -EMFILE);
	assert_int_equal(lots->n_found, n_found);
	for (n_asleep = 1000 - n_found; n_asleep; n_asleep--) {
		assert_int_equal(parking_asleep(lots->parking), n_asleep);
		close_one(lots);
		assert_int_equal(lots_walk(lots), n_asleep > 1 ? -EMFILE : 0);
		assert_int_equal(lots->n_found, n_found);
		lots_settle(lots, 1000000 - n_asleep * 1000);
	}
	lots->fd_limit = 0;
	lots_restart_and_walk(lots);
	assert_int_equal(lots->n_found, n_found);
}

static void tidying_loses_no_sleeper(void **state)
{
	struct lots *lots = *state;
	int fd;

	size_t n_asleep;

	restart_with_room(lots, 2000, 1500);
	n_asleep = parking_asleep(lots->parking);
	while (lots->n_found > 300)
		close_one(lots);
	/* Sleepers block the round, so it ends, and parking does not retry all the time. */
	lots_settle(lots, 1000);
	assert_true(parking_next_deadline(lots->parking) > 1000);
	fd = make_socket();
	for (uint64_t id = 3001; id <= 3300; id++)
		(void) parking_add(lots->parking, fd, id, "tcp");
	lots_settle(lots, 2000);
	assert_int_equal(parking_asleep(lots->parking), n_asleep);
	lots->fd_limit = 0;
	lots_restart_and_walk(lots);
	/* And some closed ones, in a message with the first sleepers. */
	assert_in_range(lots->n_found, n_asleep + 600, n_asleep + 600 + BATCH);
	for (uint64_t id = 3001; id <= 3300; id++)
		assert_non_null(lots_find(lots, id));
	close(fd);
}

static void add_up(void *data, uint64_t id)
{
	*(uint64_t *) data += id;
}

/* Its copy stays behind that of another sleeper. */
static void a_sleeper_may_be_turned_away(void **state)
{
	struct lots *lots = *state;
	uint64_t sum = 0;
	int ana, rui;

	lots_park_and_die(lots, 1, "tcp", &ana);
	lots_park_and_die(lots, 2, "tcp", &rui);
	lots_restart(lots);
	lots->unwanted_from = lots->unwanted_to = 2;
	lots->fd_limit = 3;
	assert_int_equal(lots_walk(lots), -EMFILE);
	assert_end(rui);
	assert_true(parking_is_asleep(lots->parking, 1));
	assert_false(parking_is_asleep(lots->parking, 2));
	parking_each_forgotten(lots->parking, add_up, &sum);
	assert_int_equal(sum, 2);
	parking_forget(lots->parking, 1);
	assert_int_equal(parking_asleep(lots->parking), 0);
	lots_settle(lots, 100000);
	lots_settle(lots, 200000);
	assert_end(ana);
}

/* An earlier release put 253 sockets into a message. */
static void large_messages_are_read_and_taken_apart(void **state)
{
	struct lots *lots = *state;
	int fds[MOST_FDS], fd = make_socket();
	uint8_t numbers[MOST_FDS] = { 0 };
	struct buffer note = { 0 };
	uint64_t ids[MOST_FDS];

	needs_files(MANY_FILES);
	for (uint64_t i = 0; i < MOST_FDS; i++) {
		ids[i] = i + 1;
		fds[i] = fd;
	}
	pack_bytes(&note, 1, ids, sizeof(ids));
	pack_text(&note, 2, "tcp");
	pack_bytes(&note, 3, numbers, sizeof(numbers));
	assert_int_equal(lot_send(&lots->parking->lots[1], &note, fds, MOST_FDS), 0);
	buffer_done(&note);
	close(fd);
	lots_restart(lots);
	lots->fd_limit = lowest_free_fd() + 10;
	assert_int_equal(lots_walk(lots), -EMFILE);
	assert_int_equal(parking_asleep(lots->parking), MOST_FDS - lots->n_found);
	lots->fd_limit = 0;
	assert_int_equal(lots_walk(lots), 0);
	assert_int_equal(lots->n_found, MOST_FDS);
	while (lots->n_found > 200)
		close_one(lots);
	parking_tick(lots->parking, 1);
	lots_settle(lots, 100000);
	assert_int_equal(lots->parking->n_copies, 200);
	lots_restart_and_walk(lots);
	assert_int_equal(lots->n_found, 200);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, lots_setup, lots_teardown)
	const struct CMUnitTest tests[] = {
		TEST(who_has_no_descriptor_sleeps_until_there_is_one),
		TEST(tidying_loses_no_sleeper),
		TEST(a_sleeper_may_be_turned_away),
		TEST(large_messages_are_read_and_taken_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
