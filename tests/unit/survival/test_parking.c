#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/pack.h"
#include "lots.h"

static void a_parked_socket_is_found_again(void **state)
{
	struct lots *lots = *state;
	int ana, rui;
	char text[8] = { 0 };

	lots_park_and_die(lots, 0x700000001, "tcp", &ana);
	lots_park_and_die(lots, 2, "local", &rui);
	assert_int_equal(write(ana, "hello", 5), 5);
	lots_restart_and_walk(lots);
	assert_int_equal(lots->n_found, 2);
	assert_string_equal(lots_find(lots, 0x700000001)->listener, "tcp");
	assert_string_equal(lots_find(lots, 2)->listener, "local");
	assert_int_equal(read(lots_find(lots, 0x700000001)->fd, text, sizeof(text)), 5);
	assert_string_equal(text, "hello");
	close(ana);
	close(rui);
}

static void those_that_can_wait_are_parked_many_in_a_message(void **state)
{
	struct lots *lots = *state;
	const size_t n_sockets = 5 * BATCH + 1;
	int fd = make_socket();

	for (uint64_t id = 1; id <= n_sockets; id++)
		assert_int_equal(parking_add_later(lots->parking, fd, id, "tcp"), 0);
	parking_forget(lots->parking, 2); /* it need not be parked any more */
	assert_int_equal(parking_waiting(lots->parking), n_sockets - 1);
	lots_settle(lots, 0);
	assert_int_equal(parking_waiting(lots->parking), 0);
	assert_int_equal(lots->parking->lots[0].n_messages, 0);
	assert_int_equal(lots->parking->lots[1].n_messages, 5);
	lots->found[lots->n_found++].fd = fd; /* closed with the process */
	lots_restart_and_walk(lots);
	assert_int_equal(lots->n_found, n_sockets - 1);
	assert_int_equal(lots_find(lots, n_sockets)->id, n_sockets);
	assert_null(lots_find(lots, 2));
}

static void as_many_are_parked_as_the_limit_allows(void **state)
{
	struct lots *lots = *state;
	const size_t room = BATCH + 1;
	int fd = make_socket();

	lots->parking->most_copies = room;
	for (uint64_t id = 1; id <= 2 * BATCH; id++)
		assert_int_equal(parking_add_later(lots->parking, fd, id, "tcp"), 0);
	for (int i = 0; i < 3; i++)
		parking_tick(lots->parking, 0);
	assert_int_equal(lots->parking->n_copies, room);
	assert_int_equal(parking_waiting(lots->parking), 2 * BATCH - room);
	close(fd);
}

static void it_stays_parked_after_it_was_found(void **state)
{
	struct lots *lots = *state;
	int peer;

	lots_park_and_die(lots, 1, "tcp", &peer);
	for (int i = 0; i < 3; i++) {
		lots_restart_and_walk(lots);
		assert_int_equal(lots->n_found, 1);
		assert_int_equal(lots->parking->n_live, 1);
	}
	close(peer);
}

static void thousands_keep_their_ids_and_listeners(void **state)
{
	struct lots *lots = *state;
	static const char *const names[] = { "tcp", "tls", "" };
	ino_t *inodes = calloc(3001, sizeof(*inodes));

	needs_files(MANY_FILES);
	assert_non_null(inodes);
	for (uint64_t id = 1; id <= 3000; id++) {
		int fd = make_socket();

		inodes[id] = inode_of(fd);
		assert_int_equal(parking_add(lots->parking, fd, id, names[id % 3]), 0);
		/* The parking may still use it, so it is closed only at a simulated crash. */
		lots->found[lots->n_found++].fd = fd;
	}
	lots_restart_and_walk(lots);
	assert_int_equal(lots->n_found, 3000);
	for (size_t i = 0; i < lots->n_found; i++) {
		const struct found *found = &lots->found[i];

		assert_int_equal(inode_of(found->fd), inodes[found->id]);
		assert_string_equal(found->listener, names[found->id % 3]);
		inodes[found->id] = 0;
	}
	free(inodes);
}

static void nothing_is_inherited_by_programs_we_start(void **state)
{
	struct lots *lots = *state;

	for (int round = 0; round < 2; round++) {
		for (int i = 0; i < PARKING_ENDS; i++)
			assert_true(fcntl(parking_ends(lots->parking)[i].fd, F_GETFD) & FD_CLOEXEC);
		lots_restart(lots);
	}
}

static void what_the_manager_keeps_need_not_be_stored_again(void **state)
{
	struct lots *lots = *state;

	for (int i = 0; i < PARKING_ENDS; i++)
		assert_false(parking_ends(lots->parking)[i].is_kept);
	lots_restart(lots);
	for (int i = 0; i < PARKING_ENDS; i++)
		assert_true(parking_ends(lots->parking)[i].is_kept);
}

static void a_lot_that_was_never_stored_is_made_new(void **state)
{
	struct lots *lots = *state;
	struct parking_end ends[PARKING_ENDS];
	struct parking *parking;

	lots_pass(lots, ends);
	/* These are the two of lot 1 or 2, and of lot 0. */
	for (int i = 0; i < PARKING_ENDS; i++)
		if (strcmp(ends[i].name, "lot1") != 0)
			close(ends[i].fd);
		else
			ends[0] = strcmp(ends[0].name, "lot1") ? ends[i]
							       : (ends[1] = ends[i], ends[0]);
	assert_int_equal(parking_open(ends, 2, &parking), 0);
	for (int i = 0; i < PARKING_ENDS; i++)
		assert_int_equal(parking_ends(parking)[i].is_kept, i / 2 == 1);
	parking_free(parking);
}

static void ends_that_are_none_are_refused_and_left_open(void **state)
{
	struct lots *lots = *state;
	struct parking_end ends[] = { { "lot0", make_socket(), false },
		{ "lot0", lots->kept[0].fd, false }, { "lot0", lots->kept[1].fd, false },
		{ "log", lots->kept[1].fd, false } };
	struct parking *parking = NULL;

	assert_false(parking_knows("log"));
	assert_true(parking_knows("lot2"));
	assert_int_equal(parking_open(ends, 1, &parking), -EINVAL);
	assert_int_equal(parking_open(ends, 2, &parking), -EINVAL);
	assert_int_equal(parking_open(ends + 1, 1, &parking), -EINVAL);
	assert_int_equal(parking_open(ends + 3, 1, &parking), -EINVAL);
	assert_int_equal(parking_open(ends, 3, &parking), -EINVAL);
	assert_null(parking);
	assert_true(fcntl(ends[1].fd, F_GETFD) >= 0);
	close(ends[0].fd);
}

static void the_peer_of_a_closed_socket_sees_the_end(void **state)
{
	struct lots *lots = *state;
	struct sockaddr_in address = { .sin_family = AF_INET };
	socklen_t length = sizeof(address);
	int listener = make_socket(), peer = make_socket(), fd;
	char byte;

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(bind(listener, (struct sockaddr *) &address, length), 0);
	assert_int_equal(getsockname(listener, (struct sockaddr *) &address, &length), 0);
	assert_int_equal(listen(listener, 1), 0);
	assert_int_equal(connect(peer, (struct sockaddr *) &address, length), 0);
	fd = accept(listener, NULL, NULL);
	assert_int_equal(parking_add(lots->parking, fd, 1, "tcp"), 0);
	parking_forget(lots->parking, 1);
	shutdown(fd, SHUT_RDWR);
	close(fd);
	assert_int_equal(read(peer, &byte, 1), 0);
	close(peer);
	close(listener);
}

static void a_doubled_one_is_found_once_and_tidied(void **state)
{
	struct lots *lots = *state;
	struct parked *item;
	int peer, pair[2];

	lots_park_and_die(lots, 1, "tcp", &peer);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	assert_int_equal(parking_add(lots->parking, pair[0], 2, "tcp"), 0);
	item = parking_index_find(&lots->parking->index, 2);
	for (int i = 0; i < 5; i++)
		assert_int_equal(parking_send(lots->parking, &item, 1), 0);
	close(pair[0]);
	lots_restart_and_walk(lots);
	assert_int_equal(lots->n_found, 2);
	assert_int_equal(lots->parking->n_copies, 2);
	lots_restart_and_walk(lots);
	assert_int_equal(lots->n_found, 2);
	close(peer);
	close(pair[1]);
}

static void those_who_left_are_tidied_away(void **state)
{
	struct lots *lots = *state;
	int fd = make_socket();

	needs_files(MANY_FILES);
	lots_add(lots, fd, 1, 3000);
	lots_forget(lots, 1, 999);
	assert_int_equal(lots->parking->n_live, 2001);
	assert_int_equal(parking_next_deadline(lots->parking), 0);
	lots_settle(lots, 1);
	assert_true(lots->parking->n_copies >= 3000);
	lots_forget(lots, 1000, 2500);
	lots_settle(lots, 1);
	assert_int_equal(lots->parking->n_copies, 500);
	lots_restart_and_walk(lots);
	assert_int_equal(lots->n_found, 500);
	for (uint64_t id = 2501; id <= 3000; id++)
		assert_non_null(lots_find(lots, id));
	close(fd);
}

static void tidied_lots_are_packed_tightly(void **state)
{
	struct lots *lots = *state;
	int fd = make_socket();
	uint32_t n_messages = 0;

	needs_files(MANY_FILES);
	lots_add(lots, fd, 1, 10000);
	for (uint64_t id = 1; id <= 10000; id++)
		if (id % 8 < 3)
			parking_forget(lots->parking, id);
	parking_tick(lots->parking, 1);
	lots_settle(lots, 100000);
	assert_int_equal(lots->parking->n_copies, lots->parking->n_live);
	for (int i = 0; i < PARKING_LOTS; i++)
		n_messages += lots->parking->lots[i].n_messages;
	assert_true(n_messages <= lots->parking->n_live / BATCH + 2);
	close(fd);
}

static void a_few_who_left_are_tidied_after_half_a_minute(void **state)
{
	struct lots *lots = *state;
	int fd = make_socket();

	lots_add(lots, fd, 1, 10);
	assert_int_equal(parking_next_deadline(lots->parking), UINT64_MAX);
	lots_forget(lots, 3, 4);
	parking_tick(lots->parking, 1000);
	assert_int_equal(parking_next_deadline(lots->parking), 31000);
	parking_tick(lots->parking, 30999);
	assert_int_equal(lots->parking->n_copies, 10);
	lots_settle(lots, 31000);
	assert_int_equal(lots->parking->n_copies, 8);
	assert_int_equal(parking_next_deadline(lots->parking), UINT64_MAX);
	close(fd);
}

static void who_is_not_wanted_is_let_go_and_his_id_free(void **state)
{
	struct lots *lots = *state;
	int ana, rui, fd = make_socket();

	lots_park_and_die(lots, 1, "tcp", &ana);
	lots_park_and_die(lots, 2, "tcp", &rui);
	lots->unwanted_from = lots->unwanted_to = 1;
	lots_restart_and_walk(lots);
	assert_end(ana);
	assert_int_equal(lots->parking->n_live, 1);
	assert_int_equal(parking_add(lots->parking, fd, 1, "tcp"), 0);
	lots->unwanted_from = lots->unwanted_to = 0;
	lots_restart_and_walk(lots);
	assert_int_equal(lots->n_found, 2);
	assert_int_equal(inode_of(lots_find(lots, 1)->fd), inode_of(fd));
	close(rui);
	close(fd);
}

/* Otherwise a second message with it would end it, or give it to two clients. */
static void a_socket_that_another_has_too_is_dropped_but_not_ended(void **state)
{
	struct lots *lots = *state;
	int pair[2];
	char byte;

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	assert_int_equal(parking_add(lots->parking, pair[0], 1, "tcp"), 0);
	lots->unwanted_from = lots->unwanted_to = 1;
	lots->shares_unwanted = true;
	lots_restart_and_walk(lots);
	assert_int_equal(lots->parking->n_live, 0);
	assert_int_equal(recv(pair[1], &byte, 1, MSG_DONTWAIT), -1);
	assert_int_equal(errno, EAGAIN);
	lots->unwanted_from = lots->unwanted_to = 0;
	lots_restart_and_walk(lots);
	assert_int_equal(lots->n_found, 0);
	close(pair[0]);
	close(pair[1]);
}

static void an_id_whose_old_socket_is_still_here_is_refused(void **state)
{
	struct lots *lots = *state;
	int fd = make_socket();

	lots_add(lots, fd, 1, 1);
	parking_forget(lots->parking, 1);
	assert_int_equal(parking_add(lots->parking, fd, 1, "tcp"), -EEXIST);
	assert_int_equal(parking_waiting(lots->parking), 0);
	close(fd);
}

static void send_raw(struct lots *lots, const void *bytes, size_t length, int *ret_peer)
{
	struct buffer note = { 0 };
	int pair[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	buffer_put(&note, bytes, length);
	assert_int_equal(lot_send(&lots->parking->lots[1], &note, pair, 1), 0);
	buffer_done(&note);
	close(pair[0]);
	*ret_peer = pair[1];
}

static void notes_that_make_no_sense_lose_nobody_else(void **state)
{
	struct lots *lots = *state;
	char *huge = calloc(1, NOTE_BYTES + 1000);
	/* Two notes: an id without a name, and a number of a missing name. */
	const char nameless[] = "\1\0\x8\0\0\0\7\0\0\0\0\0\0";
	const char numbered[] = "\1\0\x8\0\0\0\7\0\0\0\0\0\0\0\3\0\1\0\0\0\5";
	int peers[5];

	send_raw(lots, "?", 1, &peers[0]);
	send_raw(lots, nameless, sizeof(nameless), &peers[1]);
	send_raw(lots, numbered, sizeof(numbered) - 1, &peers[2]);
	send_raw(lots, huge, NOTE_BYTES + 1000, &peers[3]);
	lots_park_and_die(lots, 9, "tcp", &peers[4]);
	lots_restart_and_walk(lots);
	for (int i = 0; i < 4; i++)
		assert_end(peers[i]);
	assert_int_equal(lots->n_found, 1);
	lots_restart_and_walk(lots);
	assert_int_equal(lots->n_found, 1);
	close(peers[4]);
	free(huge);
}

static void fields_of_later_releases_are_skipped(void **state)
{
	struct lots *lots = *state;
	const char note[] = "\x63\0\2\0\0\0no\1\0\x8\0\0\0\7\0\0\0\0\0\0\0\2\0\3\0\0\0tcp"
			    "\3\0\1\0\0\0\0\x64\0\0\0\0";
	int peer;

	send_raw(lots, note, sizeof(note), &peer);
	lots_restart_and_walk(lots);
	assert_int_equal(lots->n_found, 1);
	assert_string_equal(lots_find(lots, 7)->listener, "tcp");
	close(peer);
}

static void with_too_low_a_limit_nobody_is_lost(void **state)
{
	struct lots *lots = *state;
	int fd = make_socket();
	rlim_t old;

	needs_files(MANY_FILES);
	lots_add(lots, fd, 1, 1000);
	lots_restart(lots);
	old = limit_files(600);
	assert_int_equal(lots_walk(lots), -EMFILE);
	assert_in_range(lots->n_found, 500, 600);
	assert_int_equal(parking_asleep(lots->parking), 1000 - lots->n_found);
	parking_tick(lots->parking, 1);
	assert_int_equal(parking_next_deadline(lots->parking), UINT64_MAX);
	limit_files(old);
	assert_int_equal(lots_walk(lots), 0);
	assert_int_equal(lots->n_found, 1000);
	assert_int_equal(lots->parking->n_copies, 1000);
	lots_restart_and_walk(lots);
	assert_int_equal(lots->n_found, 1000);
	close(fd);
}

/* Not only after half a minute, but without a round for each. */
static void those_who_left_make_room_at_once(void **state)
{
	struct lots *lots = *state;
	int fd = make_socket();
	rlim_t old = limit_files(1200);
	uint64_t id = 1;

	parking_look_at_limit(lots->parking);
	while (!parking_add(lots->parking, fd, id, "tcp"))
		id++;
	parking_forget(lots->parking, id);
	parking_tick(lots->parking, 1);
	lots_forget(lots, 1, 200);
	for (uint64_t i = 1; i <= 200; i++)
		assert_int_equal(parking_add(lots->parking, fd, id + i, "tcp"), 0);
	assert_int_equal(parking_add(lots->parking, fd, id + 201, "tcp"), -ETOOMANYREFS);
	limit_files(old);
	close(fd);
}

static void too_much_in_flight_is_told_and_tried_again(void **state)
{
	struct lots *lots = *state;
	int fd = make_socket();
	rlim_t old = limit_files(1200);
	uint64_t id = 1;

	parking_look_at_limit(lots->parking);
	while (!parking_add(lots->parking, fd, id, "tcp"))
		id++;
	limit_files(600); /* so that sockets of other tests do not matter */
	assert_int_equal(parking_add(lots->parking, fd, id + 1, "tcp"), -ETOOMANYREFS);
	assert_int_equal(parking_waiting(lots->parking), 2);
	parking_tick(lots->parking, 5000);
	assert_int_equal(parking_next_deadline(lots->parking), 6000);
	lots_forget(lots, 1, 300);
	limit_files(old);
	parking_tick(lots->parking, 5999);
	assert_int_equal(parking_waiting(lots->parking), 2);
	lots_settle(lots, 6000);
	assert_int_equal(parking_waiting(lots->parking), 0);
	assert_int_equal(lots->parking->n_live, id + 1 - 300);
	close(fd);
}

static void shrink(struct lots *lots, int bytes)
{
	for (int i = 0; i < PARKING_LOTS; i++) {
		struct lot *lot = &lots->parking->lots[i];
		int part = bytes / 2 / 16 * 15;

		lot->max_bytes = bytes;
		assert_int_equal(
			setsockopt(lot->send_fd, SOL_SOCKET, SO_SNDBUF, &part, sizeof(part)), 0);
	}
}

static uint64_t fill(struct lots *lots, int fd)
{
	uint64_t id = 1;
	int error = 0;

	while (!error)
		error = parking_add(lots->parking, fd, id++, "tcp");
	assert_int_equal(error, -EAGAIN);
	return id - 1;
}

static void full_lots_are_told_and_tried_again(void **state)
{
	struct lots *lots = *state;
	int fd = make_socket();
	uint64_t last;

	needs_files(MANY_FILES);
	shrink(lots, 160000);
	last = fill(lots, fd);
	assert_true(last > 2 * BATCH);
	assert_int_equal(parking_waiting(lots->parking), 1);
	parking_forget(lots->parking, last);
	assert_int_equal(parking_waiting(lots->parking), 0);
	assert_int_equal(parking_add(lots->parking, fd, last + 1, "tcp"), -EAGAIN);
	shrink(lots, 320000);
	lots_settle(lots, 1000000);
	assert_int_equal(parking_waiting(lots->parking), 0);
	lots_restart_and_walk(lots);
	assert_int_equal(lots->n_found, last);
	assert_non_null(lots_find(lots, last + 1));
	close(fd);
}

/* Every message contains an open socket. */
static void full_lots_can_be_tidied(void **state)
{
	struct lots *lots = *state;
	int fd = make_socket();
	uint64_t last;

	needs_files(MANY_FILES);
	shrink(lots, 160000);
	last = fill(lots, fd);
	for (uint64_t id = 1; id < last; id++)
		if (id % 5)
			parking_forget(lots->parking, id);
	lots_settle(lots, 1);
	lots_settle(lots, 100000);
	assert_int_equal(parking_waiting(lots->parking), 0);
	assert_int_equal(lots->parking->n_copies, lots->parking->n_live);
	close(fd);
}

static void as_many_fit_as_may_be_open(void **state)
{
	struct lots *lots = *state;
	rlim_t limit = limit_files(RLIM_INFINITY);
	/* Minus sockets that may be in flight twice, and those of other tests. */
	uint64_t count = (limit < FOUND_MAX ? limit : FOUND_MAX) - 2 * BATCH - 1500;
	int fd = make_socket();

	needs_files(MANY_FILES);
	lots_add(lots, fd, 1, count);
	assert_int_equal(lots->parking->n_live, count);
	lots_restart_and_walk(lots);
	assert_int_equal(lots->n_found, count);
	close(fd);
}

/* With the default net.core.wmem_max, a queue has 425984 bytes. */
static void by_default_18000_fit(void **state)
{
	struct lots *lots = *state;
	int fd = make_socket(), used = 0;
	uint32_t n_messages;

	needs_files(MANY_FILES);
	lots_add(lots, fd, 1, 10 * BATCH);
	n_messages = lots->parking->lots[1].n_messages;
	assert_true(n_messages >= 9);
	assert_int_equal(ioctl(lots->parking->lots[1].send_fd, SIOCOUTQ, &used), 0);
	assert_true(425984 / 16 * 15 / (used / (int) n_messages) * BATCH > 18000);
	close(fd);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, lots_setup, lots_teardown)
	const struct CMUnitTest tests[] = {
		TEST(a_parked_socket_is_found_again),
		TEST(those_that_can_wait_are_parked_many_in_a_message),
		TEST(as_many_are_parked_as_the_limit_allows),
		TEST(it_stays_parked_after_it_was_found),
		TEST(thousands_keep_their_ids_and_listeners),
		TEST(nothing_is_inherited_by_programs_we_start),
		TEST(what_the_manager_keeps_need_not_be_stored_again),
		TEST(a_lot_that_was_never_stored_is_made_new),
		TEST(ends_that_are_none_are_refused_and_left_open),
		TEST(the_peer_of_a_closed_socket_sees_the_end),
		TEST(a_doubled_one_is_found_once_and_tidied),
		TEST(those_who_left_are_tidied_away),
		TEST(tidied_lots_are_packed_tightly),
		TEST(a_few_who_left_are_tidied_after_half_a_minute),
		TEST(who_is_not_wanted_is_let_go_and_his_id_free),
		TEST(a_socket_that_another_has_too_is_dropped_but_not_ended),
		TEST(an_id_whose_old_socket_is_still_here_is_refused),
		TEST(notes_that_make_no_sense_lose_nobody_else),
		TEST(fields_of_later_releases_are_skipped),
		TEST(with_too_low_a_limit_nobody_is_lost),
		TEST(those_who_left_make_room_at_once),
		TEST(too_much_in_flight_is_told_and_tried_again),
		TEST(full_lots_are_told_and_tried_again),
		TEST(full_lots_can_be_tidied),
		TEST(as_many_fit_as_may_be_open),
		TEST(by_default_18000_fit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
