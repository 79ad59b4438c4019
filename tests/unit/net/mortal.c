/* Owns the life of a server that is killed again and again. */
#include "mortal.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <errno.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/cleanup.h"
#include "net/connection.h"

#define PLACES 2

enum kind {
	CONNECTED,
	LINE,
	NOISE,
	DRAINED,
	RESUMED,
	CLOSED
};

/* A record of the log, without its text. */
struct record {
	uint64_t id;
	uint32_t bytes;
	uint16_t length;
	uint8_t kind;
	bool flag;
};

/* The whole state of the server. */
struct game {
	uint64_t ids[PLAYERS];	   /* the last id of each */
	uint32_t serials[PLAYERS]; /* of that */
	bool is_here[PLAYERS];
	uint32_t n_lines[PLAYERS];
	bool is_paused[PLAYERS];
};

struct server {
	struct shared *shared;
	struct loop *loop;
	struct connections *connections;
	struct game game;
	uint64_t dice;
	bool is_calm; /* does not crash itself */
};

/* The child is no test: its exit reports the failure. */
__attribute__((format(printf, 1, 2))) static void die(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	_exit(9);
}

#define must(condition) ((condition) ? (void) 0 : die("line %d: %s\n", __LINE__, #condition))
#define must_equal(a, b) must((a) == (b))

/* May crash between any two steps. */
static void maybe_die(struct server *server)
{
	if (!server->is_calm && !roll(&server->dice, 400))
		kill(getpid(), SIGKILL);
}

/* Also before and after each system call that moves bytes of a client. */
static struct server *mortal;

ssize_t __real_send(int fd, const void *bytes, size_t length, int flags);
ssize_t __wrap_send(int fd, const void *bytes, size_t length, int flags);
ssize_t __real_recv(int fd, void *bytes, size_t length, int flags);
ssize_t __wrap_recv(int fd, void *bytes, size_t length, int flags);

ssize_t __wrap_send(int fd, const void *bytes, size_t length, int flags)
{
	ssize_t n;

	if (mortal)
		maybe_die(mortal);
	n = __real_send(fd, bytes, length, flags);
	if (mortal)
		maybe_die(mortal);
	return n;
}

ssize_t __wrap_recv(int fd, void *bytes, size_t length, int flags)
{
	ssize_t n;

	if (mortal)
		maybe_die(mortal);
	n = __real_recv(fd, bytes, length, flags);
	if (mortal)
		maybe_die(mortal);
	return n;
}

static void write_down(struct server *server, struct record record, const void *text)
{
	struct chapter *chapter = &server->shared->chapters[server->shared->current];
	char *end = chapter->journal + chapter->journal_length;
	size_t length = record.kind == LINE ? record.length : 0;

	maybe_die(server);
	must(chapter->journal_length + sizeof(record) + length <= sizeof(chapter->journal));
	memcpy(end, &record, sizeof(record));
	memcpy(end + sizeof(record), text, length);
	__atomic_store_n(&chapter->journal_length,
		chapter->journal_length + sizeof(record) + length, __ATOMIC_SEQ_CST);
	maybe_die(server);
}

__attribute__((format(printf, 3, 4))) static void say(
	struct server *server, int player, const char *format, ...)
{
	char text[9000];
	struct line *line;
	va_list arguments;
	int length;

	va_start(arguments, format);
	length = vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	if (!server->game.is_here[player])
		return;
	line = line_new(text, (size_t) length);
	connection_send(server->connections, server->game.ids[player], line);
	line_unref(line);
}

static void leave(struct server *server, int player)
{
	server->game.is_here[player] = false;
	server->game.is_paused[player] = false;
}

static void play_line(struct server *server, int player, bool is_too_long, const char *text)
{
	uint32_t number = server->game.n_lines[player];

	if (strcmp(text, "quit") == 0) {
		say(server, player, "bye\r\n");
		connection_close(server->connections, server->game.ids[player]);
		leave(server, player);
		return;
	}
	server->game.n_lines[player]++;
	say(server, player, "echo %u %s %s\r\n", number, is_too_long ? "long" : "line", text);
	say(server, (player + 1) % PLAYERS, "told %u %u\r\n", server->game.serials[player], number);
	if (number % 11 == 10) {
		connection_pause(server->connections, server->game.ids[player]);
		server->game.is_paused[player] = true;
	}
	if (number % 7 == 6)
		connection_notify_drained(server->connections, server->game.ids[player]);
}

static void sit_down(struct server *server, int player, const struct record *record)
{
	struct game *game = &server->game;

	game->ids[player] = record->id;
	game->serials[player] = record->bytes;
	game->is_here[player] = true;
	game->n_lines[player] = 0;
}

static int find_player(const struct server *server, const struct record *record)
{
	for (int i = 0; i < PLAYERS; i++)
		if (server->game.ids[i] == record->id)
			return i;
	return record->length; /* it connects */
}

/* Apply a record, both when it is new and in each replay. */
static void play(struct server *server, const struct record *record, const char *text)
{
	int player = find_player(server, record);
	char line[8800];

	switch ((enum kind) record->kind) {
	case CONNECTED:
		sit_down(server, player, record);
		connection_set_limits(server->connections, record->id, 64 << 20, 10000);
		break;
	case LINE:
		snprintf(line, sizeof(line), "%.*s", (int) record->length, text);
		play_line(server, player, record->flag, line);
		break;
	case RESUMED:
		server->game.is_paused[player] = false;
		connection_resume(server->connections, record->id);
		break;
	case CLOSED:
		leave(server, player);
		break;
	case NOISE:
	case DRAINED:
		break;
	}
}

static void happen(struct server *server, struct record record, const char *text)
{
	write_down(server, record, text);
	play(server, &record, text);
}

static bool on_line(void *data, uint64_t id, const struct frame *frame)
{
	uint16_t length = (uint16_t) (frame->length < 100 ? frame->length : 100);

	happen(data,
		(struct record){ id, (uint32_t) frame->consumed, length, LINE, frame->is_too_long },
		frame->bytes);
	return true; /* so that nothing relies on memory that could be overwritten */
}

static void on_noise(void *data, uint64_t id, uint32_t bytes, bool is_swallowing)
{
	happen(data, (struct record){ id, bytes, 0, NOISE, is_swallowing }, "");
}

static void on_drained(void *data, uint64_t id, bool is_lost)
{
	happen(data, (struct record){ id, 0, 0, DRAINED, is_lost }, "");
}

static void on_foreign(void *data, uint64_t id, const char *protocol)
{
	(void) data, (void) id;
	die("speaks %s\n", protocol);
}

static void on_closed(void *data, uint64_t id, const char *reason, bool is_delivered)
{
	(void) is_delivered;
	if (strcmp(reason, "Connection closed") != 0)
		die("closed: %s\n", reason);
	happen(data, (struct record){ id, 0, 0, CLOSED, false }, "");
}

static void replay(struct server *server, const struct record *record, const char *text)
{
	struct connections *connections = server->connections;

	if (record->kind == CONNECTED)
		must(connections_add_detached(connections, record->id));
	if (record->kind == LINE)
		connection_consume(connections, record->id, record->bytes, record->flag);
	if (record->kind == NOISE)
		connection_note_noise(connections, record->id, record->bytes, record->flag);
	if (record->kind == DRAINED)
		connection_note_drained(connections, record->id, record->flag);
	if (record->kind == CLOSED)
		connection_forget(connections, record->id);
	play(server, record, text);
}

static void replay_all(struct server *server, const struct chapter *chapter)
{
	size_t at = 0;

	while (at < chapter->journal_length) {
		struct record record;

		memcpy(&record, chapter->journal + at, sizeof(record));
		replay(server, &record, chapter->journal + at + sizeof(record));
		at += sizeof(record) + (record.kind == LINE ? record.length : 0);
	}
}

static void come_back(struct server *server)
{
	const struct chapter *chapter = &server->shared->chapters[server->shared->current];

	connections_keep_byte_counts(server->connections, server->shared->byte_counts, BYTE_COUNTS,
		server->shared->pipe_fds);
	connections_keep_partials(server->connections, &server->shared->partials);
	must(connections_keep_wrappings(server->connections, &server->shared->wrappings));
	if (chapter->snapshot_length) {
		memcpy(&server->game, chapter->snapshot, sizeof(server->game));
		must(connections_load(server->connections,
			pack_over(chapter->snapshot + sizeof(server->game),
				chapter->snapshot_length - sizeof(server->game))));
	}
	replay_all(server, chapter);
}

static void take_snapshot(struct server *server)
{
	CLEANUP(buffer_done) struct buffer saved = { 0 };
	struct shared *shared = server->shared;
	struct chapter *chapter = &shared->chapters[1 - shared->current];

	buffer_put(&saved, &server->game, sizeof(server->game));
	connections_save(server->connections, &saved);
	must(saved.length <= sizeof(chapter->snapshot));
	chapter->snapshot_length = saved.length;
	memcpy(chapter->snapshot, saved.bytes, saved.length);
	chapter->journal_length = 0;
	maybe_die(server);
	__atomic_store_n(&shared->current, 1 - shared->current, __ATOMIC_SEQ_CST);
	maybe_die(server);
}

static void add(struct server *server, int player, const struct seat *seat)
{
	const struct wrapping_setup setup = {
		.origin = { (uint64_t) player, seat->serial },
		.keys = seat->has_tls ? &seat->keys : NULL,
		.has_frames = seat->has_frames,
	};
	uint64_t id = connections_reserve(server->connections);

	if (seat->has_tls || seat->has_frames)
		must_equal(connection_wrap(server->connections, id, seat->socket, &setup), 0);
	maybe_die(server);
	must(connections_add(server->connections, id, dup(seat->socket), false));
	happen(server, (struct record){ id, seat->serial, (uint16_t) player, CONNECTED, false },
		"");
}

static void attach_one(struct server *server, int player, const struct seat *seat)
{
	uint64_t id = server->game.ids[player];
	int fd = dup(seat->socket);
	int result = connections_attach(server->connections, id, fd);

	/* Its keys were wiped, or half of them, and its socket was shut down before that. */
	const struct wrapping *wrapping = wrapping_find(server->connections, id);
	bool is_wiped = result == -EBADMSG && connection_is_wrapped(server->connections, id) &&
			!(wrapping && wrapping_is_valid(wrapping));

	if (result == 0)
		return;
	if ((result == -ENOENT || is_wiped) && !server->game.is_here[player])
		shutdown(fd, SHUT_RDWR); /* crashed while closing it */
	else
		die("player %d is not resumed: %s\n", player, strerror(-result));
	close(fd);
}

/* Abandon connections whose players have another socket by now. */
static void abandon_others(struct server *server)
{
	uint64_t id;

	while ((id = connections_next_detached(server->connections, 0))) {
		must(!connection_is_open(server->connections, id));
		connection_abandon(server->connections, id);
	}
}

static void attach(struct server *server, const struct seat *seats)
{
	for (int i = 0; i < PLAYERS; i++)
		if (server->game.serials[i] == seats[i].serial)
			attach_one(server, i, &seats[i]);
	abandon_others(server);
	for (int i = 0; i < PLAYERS; i++)
		if (server->game.serials[i] != seats[i].serial)
			add(server, i, &seats[i]);
}

/* In some lives at most two partial lines get a place, unless more have one already. */
static void make_places_scarce(struct connections *connections)
{
	uint32_t n_free = connections->n_partials < PLACES ? PLACES - connections->n_partials : 0;

	connections->n_partials = PARTIAL_LINES - n_free;
}

static void turn_end(struct server *server)
{
	for (int i = 0; i < PLAYERS; i++)
		if (server->game.is_paused[i] && !roll(&server->dice, 3))
			happen(server, (struct record){ server->game.ids[i], 0, 0, RESUMED, false },
				"");
	if (!roll(&server->dice, 40))
		take_snapshot(server);
	maybe_die(server);
}

void mortal_live(struct shared *shared, const struct seat *seats, uint64_t dice, bool is_calm)
{
	struct server server = { .shared = shared, .dice = dice, .is_calm = is_calm };
	struct connection_callbacks callbacks = {
		.on_line = on_line,
		.on_noise = on_noise,
		.on_drained = on_drained,
		.on_foreign = on_foreign,
		.on_closed = on_closed,
		.data = &server,
	};

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	mortal = &server;
	must_equal(loop_new(&server.loop), 0);
	server.connections = connections_new(server.loop, NULL, &callbacks);
	come_back(&server);
	attach(&server, seats);
	if (roll(&server.dice, 2))
		make_places_scarce(server.connections);
	for (;;) {
		must_equal(loop_turn(server.loop, loop_now_ms(server.loop) + 2), 0);
		turn_end(&server);
	}
}
