/* Processes that park sockets and are killed meanwhile, one after the other: each finds all sockets
 * that were parked. A process records its actions in memory shared with the test. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <signal.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/hash.h"
#include "lots.h"

#define CLIENTS 200000
#define LIVES 300	  /* killed before a system call that changes a lot */
#define HURRIED_LIVES 100 /* killed at any moment */
#define CROWD 900
#define HURRY_NS 8000000

enum client_state {
	CLIENT_STATE_NONE,
	CLIENT_STATE_COMING, /* may be parked, or not */
	CLIENT_STATE_PARKED,
	CLIENT_STATE_LEFT,
};

struct client {
	ino_t inode;
	int fd; /* of the current process */
	enum client_state state;
	bool is_found;
};

struct diary {
	struct client clients[CLIENTS];
	uint64_t next_id;
	uint64_t n_deaths;
	size_t n_here;
	uint64_t dice;
	const char *complaint; /* static text, valid in parent and child */
};

/* How many more of the calls below the process may make; negative: any number. */
static int *calls_left(void)
{
	static int left = -1;

	return &left;
}

static void die_when_it_is_time(void)
{
	if (*calls_left() == 0)
		kill(getpid(), SIGKILL);
	if (*calls_left() > 0)
		--*calls_left();
}

/* Replaces the C library's function: only these two change the contents of a lot. */
ssize_t sendmsg(int fd, const struct msghdr *message, int flags)
{
	die_when_it_is_time();
	return syscall(SYS_sendmsg, fd, message, flags);
}

ssize_t recv(int fd, void *bytes, size_t length, int flags)
{
	die_when_it_is_time();
	return syscall(SYS_recvfrom, fd, bytes, length, flags, NULL, NULL);
}

static uint32_t roll(struct diary *diary, uint32_t sides)
{
	return (uint32_t) (hash_random(&diary->dice) % sides);
}

static void complain(struct diary *diary, const char *complaint)
{
	diary->complaint = complaint;
	_exit(1);
}

static bool on_found(void *data, int fd, uint64_t id, const char *listener)
{
	struct diary *diary = data;
	struct client *client = &diary->clients[id];

	if (!id || id >= diary->next_id || strcmp(listener, "tcp") != 0)
		complain(diary, "a stranger was found");
	if (client->is_found)
		complain(diary, "one was found twice");
	client->is_found = true;
	if (client->state == CLIENT_STATE_LEFT)
		return false;
	if (inode_of(fd) != client->inode)
		complain(diary, "the wrong socket was found");
	client->fd = fd;
	client->state = CLIENT_STATE_PARKED;
	diary->n_here++;
	return true;
}

static void check_all_found(struct diary *diary)
{
	for (uint64_t id = 1; id < diary->next_id; id++) {
		struct client *client = &diary->clients[id];

		if (client->state == CLIENT_STATE_PARKED && !client->is_found)
			complain(diary, "one was lost");
		if (!client->is_found)
			client->state = CLIENT_STATE_LEFT;
		client->is_found = false;
	}
}

static void come(struct diary *diary, struct parking *parking)
{
	struct client *client = &diary->clients[diary->next_id];

	if (diary->next_id == CLIENTS - 1)
		pause(); /* until the process is killed */
	client->fd = socket(AF_INET, SOCK_STREAM, 0);
	client->inode = inode_of(client->fd);
	client->state = CLIENT_STATE_COMING;
	diary->next_id++;
	if (client->fd < 0 || parking_add(parking, client->fd, diary->next_id - 1, "tcp") < 0)
		complain(diary, "one could not be parked");
	client->state = CLIENT_STATE_PARKED;
	diary->n_here++;
}

static void leave(struct diary *diary, struct parking *parking, uint64_t id)
{
	struct client *client = &diary->clients[id];

	if (client->state != CLIENT_STATE_PARKED)
		return;
	client->state = CLIENT_STATE_LEFT;
	parking_forget(parking, id);
	close(client->fd);
	diary->n_here--;
}

static void act(struct diary *diary, struct parking *parking)
{
	bool is_crowd = diary->n_here > CROWD;
	uint32_t recent = diary->next_id > 3000 ? 3000 : (uint32_t) diary->next_id - 1;

	if (!roll(diary, 30))
		parking_tick(parking, diary->next_id * 1000);
	if (!recent || roll(diary, 100) < (is_crowd ? 20 : 70))
		come(diary, parking);
	else
		for (int i = 0; i < (is_crowd ? 4 : 1); i++)
			leave(diary, parking, diary->next_id - 1 - roll(diary, recent));
}

static void live(struct lots *lots, struct diary *diary, uint32_t n_actions)
{
	const struct parking_visitor visitor = { .on_found = on_found, .data = diary };
	struct parking_end ends[PARKING_ENDS];
	struct parking *parking;

	diary->n_here = 0;
	for (uint64_t id = 1; id < diary->next_id; id++)
		diary->clients[id].is_found = false;
	lots_pass(lots, ends);
	if (parking_open(ends, PARKING_ENDS, &parking) < 0)
		complain(diary, "the lots could not be opened");
	if (parking_walk(parking, &visitor) < 0)
		complain(diary, "the lots could not be walked");
	check_all_found(diary);
	while (n_actions--)
		act(diary, parking);
	_exit(0);
}

static void bury(struct diary *diary, pid_t pid)
{
	int status = 0;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (diary->complaint)
		fail_msg("after %llu deaths %s", (unsigned long long) diary->n_deaths,
			diary->complaint);
	if (WIFSIGNALED(status)) {
		assert_int_equal(WTERMSIG(status), SIGKILL);
		diary->n_deaths++;
	} else {
		assert_int_equal(WEXITSTATUS(status), 0);
	}
}

static pid_t give_birth(struct lots *lots, struct diary *diary, int n_calls, uint32_t n_actions)
{
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		*calls_left() = n_calls;
		live(lots, diary, n_actions);
	}
	return pid;
}

static struct diary *open_diary(uint64_t seed)
{
	struct diary *diary = mmap(
		NULL, sizeof(*diary), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	assert_ptr_not_equal(diary, MAP_FAILED);
	diary->next_id = 1;
	diary->dice = seed;
	print_message("seed %llu\n", (unsigned long long) seed);
	return diary;
}

/* The last process is not killed, so that it checks the last kill. */
static void close_diary(struct lots *lots, struct diary *diary)
{
	bury(diary, give_birth(lots, diary, -1, 0));
	print_message("%llu deaths, %llu sockets\n", (unsigned long long) diary->n_deaths,
		(unsigned long long) diary->next_id - 1);
	munmap(diary, sizeof(*diary));
}

static void a_death_between_any_two_calls_loses_nobody(void **state)
{
	struct lots *lots = *state;
	struct diary *diary;

	needs_files(MANY_FILES);
	diary = open_diary(20261121);

	for (int i = 0; i < LIVES; i++) {
		/* Half of them are killed while they tidy the lots of the one before. */
		int n_calls = (int) roll(diary, i % 2 ? 30 : 1500);

		bury(diary, give_birth(lots, diary, n_calls, 2000));
	}
	assert_true(diary->n_deaths > LIVES / 2);
	close_diary(lots, diary);
}

static void a_death_at_any_moment_loses_nobody(void **state)
{
	struct lots *lots = *state;
	struct diary *diary;

	needs_files(MANY_FILES);
	diary = open_diary(4711);

	for (int i = 0; i < HURRIED_LIVES; i++) {
		struct timespec delay = { .tv_nsec = roll(diary, HURRY_NS) };
		pid_t pid = give_birth(lots, diary, -1, UINT32_MAX);

		nanosleep(&delay, NULL);
		kill(pid, SIGKILL);
		bury(diary, pid);
	}
	close_diary(lots, diary);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			a_death_between_any_two_calls_loses_nobody, lots_setup, lots_teardown),
		cmocka_unit_test_setup_teardown(
			a_death_at_any_moment_loses_nobody, lots_setup, lots_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
