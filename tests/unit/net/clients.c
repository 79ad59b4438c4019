/* Owns the clients in tests of connections. */
#include "clients.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "clock.h"
#include "net/resume.h"

void clients_send(struct clients *clients, uint64_t id, const char *text)
{
	struct line *line = line_new(text, strlen(text));

	connection_send(clients->connections, id, line);
	line_unref(line);
}

static bool on_line(void *data, uint64_t id, const struct frame *frame)
{
	struct clients *clients = data;

	buffer_put_text(&clients->happened, frame->is_too_long ? "long:" : "line:");
	buffer_put(&clients->happened, frame->bytes, frame->length < 40 ? frame->length : 40);
	buffer_put_byte(&clients->happened, '\n');
	if (clients->tells_notes) /* after a crash it would be found in one of these */
		assert_true(clients_unread(clients, id) >= (int) frame->consumed ||
			    clients->partials->reading.id == id ||
			    clients_inside(clients, id)->partial_place);
	memcpy(clients->input, clients->connections->input, sizeof(clients->input));
	clock_pass_ns(clients->work_ns);
	if (clients->answer)
		clients_send(clients, id, clients->answer);
	if (clients->pauses_on_line)
		connection_pause(clients->connections, id);
	if (clients->resumed_by_others && clients->resumed_by_others != id)
		connection_resume(clients->connections, clients->resumed_by_others);
	if (clients->closes_on_line)
		connection_close(clients->connections, id);
	return frame->length > 4 && memcmp(frame->bytes, "PASS", 4) == 0;
}

static void on_noise(void *data, uint64_t id, uint32_t bytes, bool is_swallowing)
{
	struct clients *clients = data;

	if (!clients->tells_notes)
		return;
	assert_true(clients_unread(clients, id) >= (int) bytes ||
		    clients->partials->reading.id == id ||
		    clients_inside(clients, id)->partial_place);
	buffer_format(&clients->happened, "noise:%u%s\n", bytes, is_swallowing ? " more" : "");
}

static void on_cut(void *data, uint64_t id, uint64_t bytes)
{
	struct clients *clients = data;

	(void) id;
	if (clients->tells_notes)
		buffer_format(&clients->happened, "cut:%llu\n", (unsigned long long) bytes);
}

static void on_gone(void *data, uint64_t id)
{
	struct clients *clients = data;

	if (clients->tells_notes)
		buffer_format(&clients->happened, "gone:%u\n", (uint32_t) id);
}

static void on_foreign(void *data, uint64_t id, const char *protocol)
{
	struct clients *clients = data;

	buffer_format(&clients->happened, "foreign:%s\n", protocol);
	clients_send(clients, id, "ERROR :wrong\r\n");
}

static void on_closed(void *data, uint64_t id, const char *reason, bool is_delivered)
{
	struct clients *clients = data;

	clients->n_delivered += is_delivered;
	buffer_format(&clients->happened, "closed:%s\n", reason);
	clients_send(clients, id, "this goes nowhere\r\n");
}

static void on_overflow(void *data, uint64_t id, const char *reason)
{
	struct clients *clients = data;

	buffer_format(&clients->happened, "overflow:%s\n", reason);
	if (!clients->answers_overflow)
		return;
	clients_send(clients, id, "ERROR :too much\r\n");
	connection_close(clients->connections, id);
}

static void on_drained(void *data, uint64_t id, bool is_lost)
{
	struct clients *clients = data;

	buffer_put_text(&clients->happened, is_lost ? "lost\n" : "drained\n");
	if (clients->answers_drained)
		clients_send(clients, id, "more\r\n");
}

static void begin(struct clients *clients)
{
	struct connection_callbacks callbacks = {
		.on_line = on_line,
		.on_noise = on_noise,
		.on_foreign = on_foreign,
		.on_closed = on_closed,
		.on_cut = on_cut,
		.on_overflow = on_overflow,
		.on_drained = on_drained,
		.on_gone = on_gone,
		.data = clients,
	};

	assert_int_equal(loop_new(&clients->loop), 0);
	clients->connections = connections_new(clients->loop, NULL, &callbacks);
	connections_keep_partials(clients->connections, clients->partials);
	if (clients->wrappings)
		assert_true(connections_keep_wrappings(clients->connections, clients->wrappings));
}

void clients_die(struct clients *clients)
{
	connections_free(clients->connections);
	loop_free(clients->loop);
	begin(clients);
}

int clients_setup(void **state)
{
	struct clients *clients = calloc(1, sizeof(*clients));

	assert_non_null(clients);
	clients->partials = calloc(1, sizeof(*clients->partials));
	assert_non_null(clients->partials);
	for (int i = 0; i < CLIENTS_MAX; i++)
		clients->parked[i] = -1;
	begin(clients);
	*state = clients;
	return 0;
}

int clients_teardown(void **state)
{
	struct clients *clients = *state;

	connections_free(clients->connections);
	loop_free(clients->loop);
	for (int i = 0; i < clients->n_peers; i++)
		if (clients->peers[i] >= 0)
			close(clients->peers[i]);
	for (int i = 0; i < CLIENTS_MAX; i++)
		if (clients->parked[i] >= 0)
			close(clients->parked[i]);
	buffer_done(&clients->happened);
	free(clients->partials);
	free(clients);
	return 0;
}

static uint64_t add(struct clients *clients, int fd, int peer)
{
	uint64_t id;

	assert_true(clients->n_peers < CLIENTS_MAX);
	clients->peers[clients->n_peers++] = peer;
	id = connections_reserve(clients->connections);
	if (clients->keys || clients->has_frames)
		assert_int_equal(connection_wrap(clients->connections, id, fd,
					 &(struct wrapping_setup){ .origin = { 1, id },
						 .keys = clients->keys,
						 .has_frames = clients->has_frames }),
			0);
	assert_true(connections_add(clients->connections, id, fd, false));
	return id;
}

uint64_t clients_add(struct clients *clients)
{
	int pair[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair), 0);
	return add(clients, pair[0], pair[1]);
}

uint64_t clients_add_tcp(struct clients *clients)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	socklen_t length = sizeof(address);
	int listener = socket(AF_INET, SOCK_STREAM, 0), little = 4000;
	int fd, peer = socket(AF_INET, SOCK_STREAM, 0);

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(bind(listener, (struct sockaddr *) &address, length), 0);
	assert_int_equal(listen(listener, 1), 0);
	assert_int_equal(getsockname(listener, (struct sockaddr *) &address, &length), 0);
	setsockopt(peer, SOL_SOCKET, SO_RCVBUF, &little, sizeof(little));
	assert_int_equal(connect(peer, (struct sockaddr *) &address, length), 0);
	assert_int_equal(fcntl(peer, F_SETFL, O_NONBLOCK), 0);
	fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
	assert_true(fd >= 0);
	setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &little, sizeof(little));
	close(listener);
	return add(clients, fd, peer);
}

void clients_park(struct clients *clients, uint64_t id)
{
	uint32_t peer = (uint32_t) id;

	clients->parked[peer] = dup(clients_inside(clients, id)->fd);
	assert_true(clients->parked[peer] >= 0);
}

int clients_attach(struct clients *clients, int peer, uint64_t id)
{
	int fd = dup(clients->parked[peer]);
	int result = connections_attach(clients->connections, id, fd);

	if (result < 0)
		close(fd);
	return result;
}

int clients_unread(struct clients *clients, uint64_t id)
{
	int bytes = -1;

	assert_int_equal(ioctl(clients_inside(clients, id)->fd, FIONREAD, &bytes), 0);
	return bytes;
}

void clients_turn(struct clients *clients)
{
	clock_stop();
	assert_int_equal(loop_turn(clients->loop, 0), 0);
	clock_go_on();
}

void clients_say_bytes(struct clients *clients, int peer, const char *bytes, size_t length)
{
	assert_int_equal(write(clients->peers[peer], bytes, length), length);
}

void clients_say(struct clients *clients, int peer, const char *text)
{
	clients_say_bytes(clients, peer, text, strlen(text));
}

void clients_hang_up(struct clients *clients, int peer)
{
	close(clients->peers[peer]);
	clients->peers[peer] = -1;
}

void assert_happened(struct clients *clients, const char *what)
{
	assert_string_equal(buffer_text(&clients->happened), what);
	buffer_clear(&clients->happened);
}

void assert_heard(struct clients *clients, int peer, const char *text, bool is_end)
{
	char bytes[4096];
	ssize_t n = read(clients->peers[peer], bytes, sizeof(bytes));

	if (*text) {
		assert_int_equal(n, strlen(text));
		assert_memory_equal(bytes, text, strlen(text));
		n = read(clients->peers[peer], bytes, sizeof(bytes));
	}
	assert_int_equal(n, is_end ? 0 : -1);
}

const struct connection *clients_inside(struct clients *clients, uint64_t id)
{
	const struct connection *connection = connections_find_any(clients->connections, id);

	assert_non_null(connection);
	return connection;
}

void assert_sleeps(struct clients *clients)
{
	uint64_t turns = loop_turns(clients->loop), end_ms;

	clients_turn(clients); /* deferred work */
	end_ms = loop_now_ms(clients->loop) + 30;
	assert_int_equal(loop_turn(clients->loop, end_ms), 0);
	assert_true(loop_now_ms(clients->loop) >= end_ms);
	assert_int_equal(loop_turns(clients->loop), turns + 2);
}

void clients_save(struct clients *clients, struct buffer *saved)
{
	buffer_clear(saved);
	connections_save(clients->connections, saved);
}

void clients_load(struct clients *clients, const struct buffer *saved)
{
	clients_die(clients);
	assert_true(connections_load(clients->connections, pack_over(saved->bytes, saved->length)));
}

uint64_t clients_add_parked(struct clients *clients, bool is_tcp)
{
	uint64_t id = is_tcp ? clients_add_tcp(clients) : clients_add(clients);

	clients_park(clients, id);
	return id;
}

void clients_hear(struct clients *clients, int peer, struct buffer *heard)
{
	char bytes[8192];
	ssize_t n;

	while ((n = read(clients->peers[peer], bytes, sizeof(bytes))) > 0)
		buffer_put(heard, bytes, (size_t) n);
}
