/* Owns the common part of tests of the parking lots. */
#include "lots.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

rlim_t limit_files(rlim_t count)
{
	struct rlimit limit;
	rlim_t old;

	assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
	old = limit.rlim_cur;
	limit.rlim_cur = count < limit.rlim_max ? count : limit.rlim_max;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
	return old;
}

void needs_files(rlim_t count)
{
	struct rlimit limit;

	assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
	if (limit.rlim_cur >= count)
		return;
	print_message("here only %llu files may be open, not %llu\n",
		(unsigned long long) limit.rlim_cur, (unsigned long long) count);
	skip();
}

/* Sockets in flight count for the user, not the process, so tests run one after the other. */
static int wait_for_turn(void)
{
	int fd = open("/tmp", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(flock(fd, LOCK_EX), 0);
	return fd;
}

int lots_setup(void **state)
{
	struct lots *lots = calloc(1, sizeof(*lots));

	limit_files(RLIM_INFINITY);
	assert_non_null(lots);
	lots->turn_fd = wait_for_turn();
	lots->found = calloc(FOUND_MAX, sizeof(*lots->found));
	assert_non_null(lots->found);
	assert_int_equal(parking_open(NULL, 0, &lots->parking), 0);
	lots_keep(lots);
	*state = lots;
	return 0;
}

static void close_found(struct lots *lots)
{
	while (lots->n_found)
		close(lots->found[--lots->n_found].fd);
}

int lots_teardown(void **state)
{
	struct lots *lots = *state;

	parking_free(lots->parking);
	close_found(lots);
	for (int i = 0; i < PARKING_ENDS; i++)
		close(lots->kept[i].fd);
	close(lots->turn_fd);
	free(lots->found);
	free(lots);
	return 0;
}

void lots_keep(struct lots *lots)
{
	const struct parking_end *ends = parking_ends(lots->parking);

	for (int i = 0; i < PARKING_ENDS; i++) {
		lots->kept[i] = ends[i];
		lots->kept[i].fd = fcntl(ends[i].fd, F_DUPFD_CLOEXEC, 0);
		assert_true(lots->kept[i].fd >= 0);
	}
}

void lots_pass(const struct lots *lots, struct parking_end *ret_ends)
{
	for (int i = 0; i < PARKING_ENDS; i++) {
		ret_ends[i] = lots->kept[(5 * i + 4) % PARKING_ENDS];
		ret_ends[i].fd = dup(ret_ends[i].fd);
		assert_true(ret_ends[i].fd >= 0);
	}
}

void lots_restart(struct lots *lots)
{
	struct parking_end ends[PARKING_ENDS];

	parking_free(lots->parking);
	close_found(lots);
	lots_pass(lots, ends);
	assert_int_equal(parking_open(ends, PARKING_ENDS, &lots->parking), 0);
}

static bool on_found(void *data, int fd, uint64_t id, const char *listener)
{
	struct lots *lots = data;
	struct found *found = &lots->found[lots->n_found];

	assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
	if (!id || (id >= lots->unwanted_from && id <= lots->unwanted_to))
		return false;
	assert_true(lots->n_found < FOUND_MAX);
	*found = (struct found){ .id = id, .fd = fd };
	snprintf(found->listener, sizeof(found->listener), "%s", listener);
	lots->n_found++;
	return true;
}

static bool on_crowded(void *data, int fd, uint64_t id, const char *listener)
{
	struct lots *lots = data;

	assert_true(fd >= lots->fd_limit);
	assert_true(listener[0]);
	return id < lots->unwanted_from || id > lots->unwanted_to;
}

static bool is_shared(void *data, uint64_t id)
{
	const struct lots *lots = data;

	assert_true(id >= lots->unwanted_from && id <= lots->unwanted_to);
	return lots->shares_unwanted;
}

int lots_walk(struct lots *lots)
{
	const struct parking_visitor visitor = {
		.on_found = on_found,
		.on_crowded = on_crowded,
		.is_shared = is_shared,
		.fd_limit = lots->fd_limit,
		.data = lots,
	};

	return parking_walk(lots->parking, &visitor);
}

const struct found *lots_find(const struct lots *lots, uint64_t id)
{
	for (size_t i = 0; i < lots->n_found; i++)
		if (lots->found[i].id == id)
			return &lots->found[i];
	return NULL;
}

void lots_settle(struct lots *lots, uint64_t now_ms)
{
	while (parking_next_deadline(lots->parking) <= now_ms)
		parking_tick(lots->parking, now_ms);
}

int make_socket(void)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	return fd;
}

ino_t inode_of(int fd)
{
	struct stat status;

	return fstat(fd, &status) == 0 ? status.st_ino : 0;
}

/* Many clients who share one socket: the kernel counts each of them. */
void lots_add(struct lots *lots, int fd, uint64_t from, uint64_t to)
{
	for (uint64_t id = from; id <= to; id++)
		assert_int_equal(parking_add(lots->parking, fd, id, "tcp"), 0);
}

void lots_forget(struct lots *lots, uint64_t from, uint64_t to)
{
	for (uint64_t id = from; id <= to; id++)
		parking_forget(lots->parking, id);
}

void lots_restart_and_walk(struct lots *lots)
{
	lots_restart(lots);
	assert_int_equal(lots_walk(lots), 0);
}

void lots_park_and_die(struct lots *lots, uint64_t id, const char *listener, int *ret_peer)
{
	int pair[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	assert_int_equal(parking_add(lots->parking, pair[0], id, listener), 0);
	close(pair[0]);
	*ret_peer = pair[1];
}

void assert_end(int peer)
{
	char byte;

	assert_int_equal(recv(peer, &byte, 1, MSG_DONTWAIT), 0);
	close(peer);
}
