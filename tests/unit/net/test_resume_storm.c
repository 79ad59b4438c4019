/* A server that is killed again and again, and its clients: what they hear is what they would
 * have heard from one that lives for ever.
 *
 * The server is a child that keeps a journal and snapshots in shared memory; the test itself
 * holds the sockets and plays the clients. Each line is answered to its sender and told to
 * the next client, with numbers that must have no gap. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/cleanup.h"
#include "mortal.h"

#define LIVES 150
#define STEPS 500 /* of the clients, while the server lives, if it does not kill itself */
#define MOST_LINES 4000
#define DEADLINE_S 30

struct player {
	int fd;		 /* the client's end */
	int socket;	 /* the server's end, as a parking lot would hold it */
	uint32_t n_sent; /* lines */
	uint32_t n_echoed;
	uint32_t n_told; /* of the one before it */
	struct buffer unsent;
	struct buffer heard;
};

/* The line that a player says as its n-th, with the CR LF. */
static void make_line(int player, uint32_t number, struct buffer *out)
{
	uint64_t dice = (uint64_t) player << 32 | number;
	uint32_t length = number % 37 == 36 ? 9000 : roll(&dice, 80);

	buffer_format(out, "%u ", number);
	for (uint32_t i = 0; i < length; i++)
		buffer_put_byte(out, (char) ('a' + roll(&dice, 26)));
	buffer_put_text(out, roll(&dice, 2) ? "\r\n" : "\n");
	if (!roll(&dice, 20))
		buffer_put_text(out, "\r\n\n");
}

static void check_echo(struct player *players, int player, const char *line)
{
	CLEANUP(buffer_done) struct buffer said = { 0 };
	char expected[256];
	uint32_t number = players[player].n_echoed++;
	size_t length;

	make_line(player, number, &said);
	length = strcspn(said.bytes, "\r\n");
	snprintf(expected, sizeof(expected), "echo %u %s %.*s", number,
		length > 510 ? "long" : "line", (int) (length < 100 ? length : 100), said.bytes);
	assert_string_equal(line, expected);
}

static void check_line(struct player *players, int player, char *line)
{
	char expected[32];

	if (line[0] == 'e') {
		check_echo(players, player, line);
		return;
	}
	snprintf(expected, sizeof(expected), "told %u", players[player].n_told++);
	assert_string_equal(line, expected);
}

static void hear(struct player *players, int player, size_t most)
{
	struct buffer *heard = &players[player].heard;
	char bytes[4096], *end;
	ssize_t n = read(players[player].fd, bytes, most);

	assert_true(n > 0 || (n < 0 && errno == EAGAIN));
	if (n > 0)
		buffer_put(heard, bytes, (size_t) n);
	while (heard->length && (end = memchr(heard->bytes, '\n', heard->length))) {
		assert_true(end > heard->bytes && end[-1] == '\r');
		end[-1] = 0;
		check_line(players, player, heard->bytes);
		buffer_drop(heard, (size_t) (end - heard->bytes) + 1);
	}
}

static void speak(struct player *player, int number, size_t most)
{
	ssize_t n;

	if (player->unsent.length < 2000 && player->n_sent < MOST_LINES)
		make_line(number, player->n_sent++, &player->unsent);
	n = send(player->fd, player->unsent.bytes,
		player->unsent.length < most ? player->unsent.length : most, MSG_NOSIGNAL);
	assert_true(n >= 0 || errno == EAGAIN);
	if (n > 0)
		buffer_drop(&player->unsent, (size_t) n);
}

static void act(struct player *players, uint64_t *dice, const struct shared *shared)
{
	int player = (int) roll(dice, PLAYERS);

	if (shared->is_refused[player])
		return;
	if (roll(dice, 2))
		hear(players, player, 1 + roll(dice, 4096));
	else
		speak(&players[player], player, 1 + roll(dice, 700));
}

static bool is_over(const struct player *players, const struct shared *shared)
{
	for (int i = 0; i < PLAYERS; i++) {
		int before = (i + PLAYERS - 1) % PLAYERS;

		if (shared->is_refused[i])
			continue;
		if (players[i].unsent.length || players[i].n_echoed != players[i].n_sent)
			return false;
		if (!shared->is_refused[before] && players[i].n_told != players[before].n_sent)
			return false;
	}
	return true;
}

static void connect_tcp(struct player *player)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	socklen_t length = sizeof(address);
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), little = 4000;

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(bind(listener, (struct sockaddr *) &address, length), 0);
	assert_int_equal(listen(listener, 1), 0);
	assert_int_equal(getsockname(listener, (struct sockaddr *) &address, &length), 0);
	player->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	setsockopt(player->fd, SOL_SOCKET, SO_RCVBUF, &little, sizeof(little));
	assert_int_equal(connect(player->fd, (struct sockaddr *) &address, length), 0);
	player->socket = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	assert_true(player->socket >= 0);
	setsockopt(player->socket, SOL_SOCKET, SO_SNDBUF, &little, sizeof(little));
	assert_int_equal(fcntl(player->fd, F_SETFL, O_NONBLOCK), 0);
	close(listener);
}

static void connect_unix(struct player *player)
{
	int pair[2];

	assert_int_equal(
		socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair), 0);
	player->fd = pair[0];
	player->socket = pair[1];
}

static pid_t start(struct shared *shared, const struct player *players, uint64_t dice, bool is_calm)
{
	int sockets[PLAYERS];
	pid_t child;

	for (int i = 0; i < PLAYERS; i++)
		sockets[i] = players[i].socket;
	child = fork();
	assert_true(child >= 0);
	if (child == 0)
		mortal_live(shared, sockets, dice, is_calm);
	return child;
}

/* Only a kill may end it. */
static bool has_ended(pid_t child, int options)
{
	int status = 0;
	pid_t who = waitpid(child, &status, options);

	assert_true(who == child || (who == 0 && options));
	assert_true(who == 0 || (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL));
	return who == child;
}

static void end(pid_t child)
{
	kill(child, SIGKILL);
	has_ended(child, 0);
}

static void let_it_work(const struct player *players, int ms)
{
	struct pollfd polls[PLAYERS];

	for (int i = 0; i < PLAYERS; i++)
		polls[i] = (struct pollfd){ .fd = players[i].fd, .events = POLLIN };
	poll(polls, PLAYERS, ms);
}

static void play_lives(struct shared *shared, struct player *players, uint64_t *dice)
{
	for (int i = 0; i < LIVES; i++) {
		pid_t child = start(shared, players, hash_random(dice), false);
		uint32_t steps = roll(dice, 4) ? STEPS : roll(dice, STEPS / 10);
		bool is_dead = false;

		for (uint32_t step = 0; step < steps && !is_dead; step++) {
			act(players, dice, shared);
			if (!roll(dice, 4))
				let_it_work(players, 1);
			is_dead = has_ended(child, WNOHANG);
		}
		if (!is_dead)
			end(child);
	}
}

static void play_to_the_end(struct shared *shared, struct player *players, uint64_t *dice)
{
	pid_t child = start(shared, players, hash_random(dice), true);
	time_t deadline = time(NULL) + DEADLINE_S;

	for (int i = 0; i < PLAYERS; i++)
		while (!shared->is_refused[i] && players[i].unsent.length) {
			speak(&players[i], i, 4096);
			hear(players, i, 4096);
			assert_true(time(NULL) < deadline);
		}
	while (!is_over(players, shared)) {
		for (int i = 0; i < PLAYERS; i++)
			if (!shared->is_refused[i])
				hear(players, i, 4096);
		let_it_work(players, 10);
		assert_true(time(NULL) < deadline);
	}
	end(child);
}

static void nothing_is_lost_or_said_twice_in_many_lives(void **state)
{
	const char *text = getenv("SEED");
	uint64_t dice = text ? strtoull(text, NULL, 10) : (uint64_t) time(NULL);
	struct shared *shared = mmap(
		NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct player players[PLAYERS] = { 0 };

	(void) state;
	assert_true(shared != MAP_FAILED);
	printf("SEED=%llu\n", (unsigned long long) dice);
	fflush(stdout);
	for (int i = 0; i < PLAYERS; i++)
		if (i < UNIX_FROM)
			connect_tcp(&players[i]);
		else
			connect_unix(&players[i]);
	play_lives(shared, players, &dice);
	play_to_the_end(shared, players, &dice);
	for (int i = 0; i < PLAYERS; i++) {
		printf("player %d: %u lines%s\n", i, players[i].n_sent,
			shared->is_refused[i] ? ", refused" : "");
		assert_true(i >= UNIX_FROM || !shared->is_refused[i]);
		close(players[i].fd);
		close(players[i].socket);
		buffer_done(&players[i].unsent);
		buffer_done(&players[i].heard);
	}
	munmap(shared, sizeof(*shared));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_lost_or_said_twice_in_many_lives),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
