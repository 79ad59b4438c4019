/* Owns the table of connections: the work for each at the end of a turn, and later. Knows bytes and
 * lines, not users. */
#include "net/connections.h"

#include <errno.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#include "base/mem.h"
#include "net/connection.h"

#define EXPECTED_IDS 4
#define RESUMED_NS 2000000 /* for reading at the end of a turn */

void connection_expect(const struct connections *connections, uint64_t id)
{
	const struct connection *connection;

	if ((uint32_t) id >= connections->n_slots)
		return;
	connection = connections->slots[(uint32_t) id].connection;
	if (!connection)
		return;
	mem_expect(connection);
	mem_expect(&connection->fd);
}

static void on_ready_to_end(struct connection *connection, uint32_t events)
{
	if ((events & EPOLLOUT) || connection->has_end)
		connection_mark_dirty(connection);
	if ((events & ~EPOLLOUT) && !connection->has_end)
		connection_discard_input(connection);
}

static void on_connection_ready(void *data, uint32_t events)
{
	struct connection *connection = data;

	if (connection_is_closing(connection))
		on_ready_to_end(connection, events);
	else
		connection_is_ready(connection, events);
}

uint64_t connections_reserve(struct connections *connections)
{
	const struct connection *connection = connections_take_slot(connections);

	if (connection)
		return connection->id;
	log_entry(connections->log, LOGBOOK_CLIENT_REFUSED, "REASON", strerror(EMFILE));
	return 0;
}

bool connections_add(struct connections *connections, uint64_t id, int fd, bool has_inherited)
{
	struct connection *connection = connections_find_any(connections, id);
	int result;

	if (!has_inherited) {
		bool is_unix = connection_is_unix_socket(fd);

		connection->stream = is_unix ? STREAM_KIND_UNIX : STREAM_KIND_TCP;
		if (wrapping_find(connections, id))
			connection->stream = STREAM_KIND_WRAPPED;
		(void) connections_prepare_socket(fd, is_unix);
	}
	result = connection_open(connection, fd);
	if (result == 0) {
		connection_stream(connection)->begin(connection, 0, 0);
		return true;
	}
	log_entry(connections->log, LOGBOOK_CLIENT_REFUSED, "REASON", strerror(-result));
	connection_unwrap(connections, id);
	connection_free(connection);
	return false;
}

struct connections_traffic connections_traffic(const struct connections *connections)
{
	return (struct connections_traffic){ connections->n_queued_lines, connections->n_gone_bytes,
		(size_t) (connections->n_queued_bytes - connections->n_gone_bytes) };
}

size_t connections_count(const struct connections *connections)
{
	return connections->count;
}

void connection_set_limits(struct connections *connections, uint64_t id, uint32_t max_send_bytes,
	uint32_t max_receive_bytes)
{
	struct connection *connection = connections_find_open(connections, id);

	if (!connection)
		return;
	connection->max_send = max_send_bytes;
	connection->max_receive = max_receive_bytes;
}

static void for_each_listed(
	struct connections *all, struct id_list *list, void (*call)(struct connection *connection))
{
	size_t count = list->count;

	for (size_t i = 0; i < count; i++) {
		struct connection *connection = connections_find_any(all, list->ids[i]);

		if (i + EXPECTED_IDS < count)
			connection_expect(all, list->ids[i + EXPECTED_IDS]);
		if (connection)
			call(connection);
	}
	if (count)
		connections_drop_ids(list, count); /* more may have been added meanwhile */
}

/* Drop the deadlines of connections that ended in time. */
static void forget_gone_goodbyes(struct connections *all)
{
	while (all->n_goodbyes &&
		!connections_find_any(all, all->goodbyes[all->first_goodbye].id)) {
		all->first_goodbye++;
		all->n_goodbyes--;
	}
	if (!all->n_goodbyes)
		all->first_goodbye = 0;
}

/* After a peak of output, papod and the C library would keep the memory. */
static void plan_trim(struct connections *all)
{
	if (all->pool.count < TRIM_AFTER_CHUNKS || all->trim_ms != UINT64_MAX)
		return;
	all->trim_ms = loop_now_ms(all->loop) + TRIM_MS;
}

static void trim_memory(struct connections *all)
{
	all->trim_ms = UINT64_MAX;
	queue_pool_done(&all->pool); /* chunks would keep their pages allocated */
	malloc_trim(0);
}

/* Read at least one, so that all make progress. The rest follows at the end of the next turn. */
static void read_resumed(struct connections *all)
{
	uint64_t end_ns = loop_start_work(all->loop) + RESUMED_NS;
	size_t count = all->resumed.count, n = 0;

	while (n < count && (!n || loop_start_work(all->loop) < end_ns)) {
		struct connection *connection = connections_find_any(all, all->resumed.ids[n++]);

		if (connection)
			connection_read_on(connection);
	}
	connections_drop_ids(&all->resumed, n);
}

/* Work that is added meanwhile is done in the next turn. */
static void on_turn_end(void *data)
{
	struct connections *all = data;

	if (all->resumed.count)
		read_resumed(all);
	for_each_listed(all, &all->overflowing, connection_report_overflow);
	for_each_listed(all, &all->dirty, connection_flush);
	for_each_listed(all, &all->ended, connection_sweep);
	if (all->waiting.count)
		connections_wake_waiting(all);
	forget_gone_goodbyes(all);
	plan_trim(all);
	all->ended_turns = loop_turns(all->loop);
	if (all->resumed.count || all->overflowing.count || all->dirty.count || all->ended.count)
		loop_again(all->loop);
}

static uint64_t next_goodbye(const struct connections *all)
{
	return all->n_goodbyes ? all->goodbyes[all->first_goodbye].deadline_ms : UINT64_MAX;
}

uint64_t connections_next_deadline(const struct connections *connections)
{
	uint64_t deadline_ms = next_goodbye(connections);

	return deadline_ms < connections->trim_ms ? deadline_ms : connections->trim_ms;
}

void connections_tick(struct connections *connections)
{
	uint64_t now_ms = loop_now_ms(connections->loop);

	while (next_goodbye(connections) <= now_ms) {
		uint64_t id = connections->goodbyes[connections->first_goodbye].id;
		struct connection *connection = connections_find_any(connections, id);

		if (connection)
			connection_end(connection);
		connections->first_goodbye++;
		connections->n_goodbyes--;
	}
	if (connections->trim_ms <= now_ms)
		trim_memory(connections);
}

struct connections *connections_new(
	struct loop *loop, const struct log *log, const struct connection_callbacks *callbacks)
{
	struct connections *connections = mem_new(sizeof(*connections));

	connections->loop = loop;
	connections->log = log;
	connections->callbacks = *callbacks;
	connections->on_ready = on_connection_ready;
	connections->trim_ms = UINT64_MAX;
	connections_make_partials(connections);
	loop_at_turn_end(loop, on_turn_end, connections);
	return connections;
}

void connections_free(struct connections *connections)
{
	if (!connections)
		return;
	for (uint32_t i = 0; i < connections->n_slots; i++)
		if (connections->slots[i].connection)
			connection_free(connections->slots[i].connection);
	connections_free_partials(connections);
	tls_crypto_free(connections->crypto);
	queue_pool_done(&connections->pool);
	free(connections->slots);
	free(connections->dirty.ids);
	free(connections->resumed.ids);
	free(connections->overflowing.ids);
	free(connections->ended.ids);
	free(connections->waiting.ids);
	free(connections->goodbyes);
	free(connections);
}
