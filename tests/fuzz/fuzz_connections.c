/* Any bytes as saved connections: what loads can be saved and loaded again, always as the same
 * bytes; it stands any notes of a log, and a socket. */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <sys/socket.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "net/resume.h"

#define ATTACHED 4 /* in each table */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool on_line(void *data, uint64_t id, const struct frame *frame)
{
	(void) id;
	return ++*(size_t *) data % 2 && frame->length;
}

static void on_text(void *data, uint64_t id, const char *text)
{
	(void) id;
	assert(*text);
	++*(size_t *) data;
}

static void on_closed(void *data, uint64_t id, const char *text, bool is_delivered)
{
	(void) is_delivered;
	on_text(data, id, text);
}

static void on_drained(void *data, uint64_t id, bool is_lost)
{
	(void) id, (void) is_lost;
	++*(size_t *) data;
}

static struct connections *load(struct loop *loop, size_t *n_told, struct pack record)
{
	struct connection_callbacks callbacks = {
		.on_line = on_line,
		.on_foreign = on_text,
		.on_closed = on_closed,
		.on_overflow = on_text,
		.on_drained = on_drained,
		.data = n_told,
	};
	struct connections *connections = connections_new(loop, NULL, &callbacks);

	if (connections_load(connections, record))
		return connections;
	connections_free(connections);
	return NULL;
}

static void check_stays(const struct connections *connections)
{
	CLEANUP(buffer_done) struct buffer first = { 0 };
	CLEANUP(buffer_done) struct buffer second = { 0 };
	struct connections *again;
	struct loop *loop;
	size_t n_told = 0;

	assert(loop_new(&loop) == 0);
	connections_save(connections, &first);
	again = load(loop, &n_told, pack_over(first.bytes, first.length));
	assert(again && connections_count(again) == connections_count(connections));
	connections_save(again, &second);
	assert(first.length == second.length);
	assert(memcmp(first.bytes, second.bytes, first.length) == 0);
	connections_free(again);
	loop_free(loop);
}

/* The id selects the note of the log, and whether it is the last one. */
static void tell(struct connections *connections, uint64_t id)
{
	struct line *line = line_new("hello\r\n", 7);

	connection_consume(connections, id, (uint32_t) id % 999, id & 1);
	connection_note_noise(connections, id, 7, id & 2);
	if (id & 4)
		connection_note_drained(connections, id, id & 8);
	connection_pause(connections, id);
	connection_send(connections, id, line);
	connection_notify_drained(connections, id);
	if (id & 16)
		connection_note_cut(connections, id, id >> 32);
	if (id & 32)
		connection_note_overflow(connections, id);
	connection_resume(connections, id);
	if (id & 64)
		connection_close(connections, id);
	if (id & 128)
		connection_forget(connections, id);
	if (id & 256)
		assert(connections_add_detached(connections, id + (1ull << 32)) ||
			id >> 32 == UINT32_MAX);
	line_unref(line);
}

static void attach(struct connections *connections, struct loop *loop)
{
	int peers[ATTACHED];
	int n_peers = 0;
	uint64_t id = 0;

	while (n_peers < ATTACHED && (id = connections_next_detached(connections, id))) {
		int pair[2];

		assert(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair) == 0);
		assert(write(pair[1], "NICK a\r\n", 8) == 8);
		assert(connections_attach(connections, id, pair[0]) == 0);
		peers[n_peers++] = pair[1];
	}
	for (int i = 0; i < 3; i++)
		assert(loop_turn(loop, 0) == 0);
	for (int i = 0; i < n_peers; i++)
		close(peers[i]);
	for (int i = 0; i < 3; i++)
		assert(loop_turn(loop, 0) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct connections *connections;
	struct loop *loop;
	size_t n_told = 0;
	uint64_t id = 0;

	assert(loop_new(&loop) == 0);
	connections = load(loop, &n_told, pack_over(data, size));
	if (connections) {
		check_stays(connections);
		while ((id = connections_next_detached(connections, id)))
			tell(connections, id);
		check_stays(connections);
		attach(connections, loop);
		while ((id = connections_next_detached(connections, 0)))
			connection_abandon(connections, id);
	}
	connections_free(connections);
	loop_free(loop);
	return 0;
}
