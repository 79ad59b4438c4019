/* A server that is killed again and again, and its clients, which receive exactly what a server
 * without crashes would send.
 *
 * The server is a child that writes a log and snapshots to shared memory; the test itself keeps the
 * sockets and acts as the clients. Each line is answered to its sender and passed to the next
 * client, with numbers that must have no gap. */
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
#include "frames.h"
#include "mortal.h"
#include "tls_peer.h"

#define LIVES 150
#define STEPS 500 /* of the clients during a life of the server, if it does not crash itself */
#define MOST_LINES 4000
#define DEADLINE_S 30
#define LEAVES 300 /* one of this many steps */

struct player {
	int fd;		  /* the client's end */
	struct seat seat; /* the server's end, as a parking lot would hold it */
	uint32_t n_sent;  /* lines */
	uint32_t n_echoed;
	uint32_t told_serial; /* of the one before it */
	uint32_t n_told;      /* by that */
	bool quits, shuts, is_done;
	bool has_bye;
	struct buffer unsent;
	struct buffer heard;
	/* If its seat is wrapped. */
	struct buffer framed, inner;
	struct tls_peer tls;
	uint32_t n_pongs;
	bool has_closed, has_heard_close; /* by a Close frame */
};

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
	player->seat.socket = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	assert_true(player->seat.socket >= 0);
	setsockopt(player->seat.socket, SOL_SOCKET, SO_SNDBUF, &little, sizeof(little));
	assert_int_equal(fcntl(player->fd, F_SETFL, O_NONBLOCK), 0);
	close(listener);
}

static void connect_unix(struct player *player)
{
	int pair[2];

	assert_int_equal(
		socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair), 0);
	player->fd = pair[0];
	player->seat.socket = pair[1];
}

/* The n-th line of a player, with CR LF. */
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

/* The numbers have no gap, from the first that the player received. */
static void check_told(struct player *player, const char *line)
{
	unsigned int serial, number;

	assert_int_equal(sscanf(line, "told %u %u", &serial, &number), 2);
	if (serial == player->told_serial)
		assert_int_equal(number, player->n_told);
	else
		assert_true(serial > player->told_serial && (!player->told_serial || !number));
	player->told_serial = serial;
	player->n_told = number + 1;
}

static void check_line(struct player *players, int player, const char *line)
{
	assert_false(players[player].has_bye);
	if (line[0] == 'e') {
		check_echo(players, player, line);
	} else if (line[0] == 'b') {
		assert_string_equal(line, "bye");
		assert_true(players[player].quits);
		players[player].has_bye = true;
	} else {
		check_told(&players[player], line);
	}
}

/* The server has closed the connection, as expected. */
static void check_end(const struct player *player)
{
	assert_int_equal(player->n_echoed, player->n_sent);
	assert_int_equal(player->heard.length, 0);
	assert_int_equal(player->unsent.length, 0);
	assert_int_equal(player->framed.length + player->inner.length, 0);
	assert_int_equal(player->tls.in.length, 0);
	assert_int_equal(player->tls.is_ended, player->seat.has_tls);
	assert_int_equal(player->has_heard_close, player->seat.has_frames);
	assert_true(player->quits ? player->has_bye : player->shuts);
}

/* Connect again; the server finds the connection in its next life. */
static void come_again(struct player *player, int number)
{
	struct player before = *player;

	buffer_clear(&before.unsent);
	buffer_clear(&before.heard);
	buffer_clear(&before.framed);
	buffer_clear(&before.inner);
	*player = (struct player){ .unsent = before.unsent,
		.framed = before.framed,
		.inner = before.inner,
		.heard = before.heard,
		.tls = before.tls };
	if (number < UNIX_FROM || number >= TLS_FROM)
		connect_tcp(player);
	else
		connect_unix(player);
	player->seat.serial = before.seat.serial + 1;
	player->seat.has_frames = number >= FRAMES_FROM;
	player->seat.has_tls = number >= TLS_FROM && number != FRAMES_FROM;
	if (player->seat.has_tls)
		tls_peer_begin(&player->tls, number % 2,
			(uint64_t) number << 32 | player->seat.serial, &player->seat.keys);
	if (before.seat.serial) {
		close(before.fd);
		close(before.seat.socket);
	}
}

/* What is in the records and frames. */
static void unwrap_heard(struct player *player, const char *bytes, size_t length)
{
	struct buffer *inner = player->seat.has_frames ? &player->inner : &player->heard;

	if (player->seat.has_tls)
		assert_true(tls_peer_open(&player->tls, bytes, length, inner));
	else
		buffer_put(inner, bytes, length);
	if (player->seat.has_frames)
		assert_true(frames_take(
			inner, &player->heard, &player->n_pongs, &player->has_heard_close));
}

static void hear(struct player *players, int player, size_t most)
{
	struct buffer *heard = &players[player].heard;
	char bytes[4096], *end;
	ssize_t n = read(players[player].fd, bytes, most);

	assert_true(n >= 0 || errno == EAGAIN);
	if (n > 0)
		unwrap_heard(&players[player], bytes, (size_t) n);
	while (heard->length && (end = memchr(heard->bytes, '\n', heard->length))) {
		assert_true(end > heard->bytes && end[-1] == '\r');
		end[-1] = 0;
		check_line(players, player, heard->bytes);
		buffer_drop(heard, (size_t) (end - heard->bytes) + 1);
	}
	if (n == 0) {
		check_end(&players[player]);
		players[player].is_done = true;
	}
}

static ssize_t send_some(int fd, struct buffer *bytes, size_t most)
{
	ssize_t n =
		send(fd, bytes->bytes, bytes->length < most ? bytes->length : most, MSG_NOSIGNAL);

	assert_true(n >= 0 || errno == EAGAIN);
	if (n > 0)
		buffer_drop(bytes, (size_t) n);
	return n;
}

/* Messages of the lines that are whole, and at the end a Close frame. */
static void frame_lines(struct player *player)
{
	uint64_t dice = player->n_sent;
	const char *end;

	while (player->framed.length < 10000 && player->unsent.length &&
		(end = memchr(player->unsent.bytes, '\n', player->unsent.length))) {
		size_t length = (size_t) (end - player->unsent.bytes);
		bool has_cr = length && end[-1] == '\r';

		frames_put_message(&player->framed, &dice, player->unsent.bytes, length - has_cr);
		buffer_drop(&player->unsent, length + 1);
	}
	if (player->shuts && !player->unsent.length && !player->has_closed) {
		frames_put_close(&player->framed);
		player->has_closed = true;
	}
}

/* Records of any length, sometimes empty ones, and now and then a new key. */
static void seal_some(struct player *player, struct buffer *inner, size_t most)
{
	struct tls_peer *tls = &player->tls;
	size_t length = inner->length < 3 * most ? inner->length : 3 * most;

	if (tls->out.length >= 10000 || !length)
		return;
	if (tls_keys_suite(&tls->keys)->is_1_3 && most % 64 == 0)
		tls_peer_update(tls);
	tls_peer_seal(tls, inner->bytes, length);
	buffer_drop(inner, length);
	if (player->shuts && !player->unsent.length && !inner->length)
		tls_peer_seal_end(tls);
}

static bool is_speaking(const struct player *player)
{
	return player->unsent.length || player->framed.length || player->tls.out.length;
}

static void speak(struct player *player, int number, size_t most)
{
	struct buffer *bytes = &player->unsent;

	if (player->unsent.length < 2000 && player->n_sent < MOST_LINES && !player->quits &&
		!player->shuts)
		make_line(number, player->n_sent++, &player->unsent);
	if (!is_speaking(player))
		return;
	if (player->seat.has_frames) {
		frame_lines(player);
		bytes = &player->framed;
	}
	if (player->seat.has_tls) {
		seal_some(player, bytes, most);
		bytes = &player->tls.out;
	}
	if (bytes->length)
		send_some(player->fd, bytes, most);
	if (player->shuts && !is_speaking(player))
		assert_int_equal(shutdown(player->fd, SHUT_WR), 0);
}

/* After a last line. */
static void begin_to_leave(struct player *player, int number, uint64_t *dice)
{
	if (player->quits || player->shuts)
		return;
	make_line(number, player->n_sent++, &player->unsent);
	player->quits = roll(dice, 2);
	player->shuts = !player->quits;
	if (player->quits)
		buffer_put_text(&player->unsent, "quit\r\n");
}

static void act(struct player *players, uint64_t *dice)
{
	int player = (int) roll(dice, PLAYERS);

	if (players[player].is_done)
		come_again(&players[player], player);
	if (!roll(dice, LEAVES))
		begin_to_leave(&players[player], player, dice);
	else if (roll(dice, 2))
		hear(players, player, 1 + roll(dice, 4096));
	else
		speak(&players[player], player, 1 + roll(dice, 700));
}

static bool is_over(const struct player *players)
{
	for (int i = 0; i < PLAYERS; i++) {
		const struct player *player = &players[i];
		const struct player *before = &players[(i + PLAYERS - 1) % PLAYERS];
		if (player->is_done)
			continue;
		if (is_speaking(player) || player->n_echoed != player->n_sent || player->quits ||
			player->shuts)
			return false;
		if (player->told_serial == before->seat.serial && !before->is_done &&
			player->n_told != before->n_echoed)
			return false;
	}
	return true;
}

static pid_t start(struct shared *shared, const struct player *players, uint64_t dice, bool is_calm)
{
	struct seat seats[PLAYERS];
	pid_t child;

	for (int i = 0; i < PLAYERS; i++)
		seats[i] = players[i].seat;
	child = fork();
	assert_true(child >= 0);
	if (child == 0)
		mortal_live(shared, seats, dice, is_calm);
	return child;
}

/* The child may end only by a kill. */
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
			act(players, dice);
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
		while (!players[i].is_done && is_speaking(&players[i])) {
			speak(&players[i], i, 4096);
			hear(players, i, 4096);
			assert_true(time(NULL) < deadline);
		}
	while (!is_over(players)) {
		for (int i = 0; i < PLAYERS; i++)
			if (!players[i].is_done)
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
	struct shared *shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	struct player players[PLAYERS] = { 0 };

	(void) state;
	assert_true(shared != MAP_FAILED);
	assert_int_equal(pipe2(shared->pipe_fds, O_NONBLOCK), 0);
	printf("SEED=%llu\n", (unsigned long long) dice);
	fflush(stdout);
	for (int i = 0; i < PLAYERS; i++)
		come_again(&players[i], i);
	play_lives(shared, players, &dice);
	play_to_the_end(shared, players, &dice);
	for (int i = 0; i < PLAYERS; i++) {
		printf("player %d: %u connections, %u lines in the last\n", i,
			players[i].seat.serial, players[i].n_sent);
		close(players[i].fd);
		close(players[i].seat.socket);
		buffer_done(&players[i].unsent);
		buffer_done(&players[i].heard);
		buffer_done(&players[i].framed);
		buffer_done(&players[i].inner);
		tls_peer_done(&players[i].tls);
	}
	close(shared->pipe_fds[0]);
	close(shared->pipe_fds[1]);
	munmap(shared, sizeof(*shared));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_lost_or_said_twice_in_many_lives),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
