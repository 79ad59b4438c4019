/* Owns the table of connections and their lives, from the adding to the sweeping at the
 * end of a turn. Knows bytes and lines, not users. */
#include "net/connections.h"

#include <errno.h>
#include <malloc.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/mem.h"
#include "net/connection.h"

#define EXPECTED_IDS 4
#define RESUMED_NS 2000000 /* for reading on at the end of a turn */

/* Until this turn's end has been seen to, nothing need be done for it to come. */
static void want_turn_end(struct connections *all)
{
	if (all->ended_turns == loop_turns(all->loop))
		loop_again(all->loop);
}

void connections_put_off(struct connections *all, struct id_list *list, uint64_t id)
{
	if (!list->count)
		want_turn_end(all);
	if (list->count == list->capacity) {
		list->capacity = list->capacity ? list->capacity * 2 : 64;
		list->ids = mem_resize(list->ids, list->capacity, sizeof(*list->ids));
	}
	list->ids[list->count++] = id;
}

void connections_drop_ids(struct id_list *list, size_t count)
{
	list->count -= count;
	memmove(list->ids, list->ids + count, list->count * sizeof(*list->ids));
}

void connection_expect(const struct connections *connections, uint64_t id)
{
	const struct connection *connection;

	if ((uint32_t) id >= connections->n_slots)
		return;
	connection = connections->slots[(uint32_t) id].connection;
	if (!connection)
		return;
	mem_expect(connection);
	mem_expect(&connection->error);
}

static struct connection *find_open(const struct connections *all, uint64_t id)
{
	struct connection *connection = connections_find_any(all, id);

	return connection && !connection->is_closing ? connection : NULL;
}

void connection_mark_dirty(struct connection *connection)
{
	if (connection->is_dirty || connection_is_detached(connection))
		return;
	connection->is_dirty = true;
	connections_put_off(connection->all, &connection->all->dirty, connection->id);
}

static uint32_t wanted_events(const struct connection *connection)
{
	bool is_deaf = connection->is_closing ? connection->has_end : connection->is_deaf;
	uint32_t events = connection->has_backlog ? EPOLLOUT : 0u;

	if (!is_deaf)
		events |= EPOLLIN | EPOLLPRI | EPOLLRDHUP;
	return events ? events | EPOLLET : 0u;
}

static void check_watch(struct connection *connection, int result)
{
	const struct connection_callbacks *callbacks = &connection->all->callbacks;
	bool was_open = !connection->is_closing;

	if (result == 0)
		return;
	connection_start_closing(connection);
	connection_end(connection);
	if (was_open)
		callbacks->on_closed(callbacks->data, connection->id, strerror(-result));
}

void connection_watch(struct connection *connection)
{
	check_watch(connection, loop_watch_change(connection->watch, wanted_events(connection)));
}

void connection_rearm(struct connection *connection)
{
	if (!connection->is_ended)
		check_watch(connection, loop_watch_rearm(connection->watch));
}

/* What came in before a resume is looked at when the turn ends. */
static bool may_read(const struct connection *connection)
{
	if (connection->is_closing)
		return !connection->has_end;
	return !connection->is_paused && !connection->is_resumed;
}

/* It is not forgotten: it stays where it is. */
static void hear_no_more(struct connection *connection)
{
	if (connection->is_closing || !connection->is_paused)
		return;
	connection->is_deaf = true;
	connection_watch(connection);
}

static void on_ready(void *data, uint32_t events)
{
	struct connection *connection = data;

	connection->sees_end |= (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0;
	connection->has_mark = (events & EPOLLPRI) != 0;
	/* An error that must not or can not be read is found by writing. */
	if ((events & EPOLLOUT) || !may_read(connection))
		connection_mark_dirty(connection);
	if (!(events & ~EPOLLOUT))
		return;
	if (!may_read(connection))
		hear_no_more(connection);
	else if (connection->is_closing)
		connection_discard_input(connection);
	else
		connection_read(connection);
}

static void add_slots(struct connections *all)
{
	uint32_t n_slots = all->n_slots ? all->n_slots * 2 : 64;

	all->slots = mem_resize(all->slots, n_slots, sizeof(*all->slots));
	for (uint32_t i = all->n_slots; i < n_slots; i++)
		all->slots[i] = (struct slot){ .next_free = i + 1 };
	all->n_slots = n_slots;
}

/* After slots were taken from its middle. */
static void mend_free_list(struct connections *all)
{
	all->is_free_list_stale = false;
	all->first_free = all->n_slots;
	for (uint32_t i = all->n_slots; i-- > 0;)
		if (!all->slots[i].connection) {
			all->slots[i].next_free = all->first_free;
			all->first_free = i;
		}
}

static struct connection *new_connection(struct connections *all, uint64_t id)
{
	struct connection *connection = mem_new(sizeof(*connection));

	connection->all = all;
	connection->id = id;
	connection->fd = -1;
	connection->max_send = DEFAULT_SEND_BYTES;
	connection->max_receive = READ_BYTES;
	all->slots[(uint32_t) id].connection = connection;
	connections_skip_id(all, id);
	all->count++;
	return connection;
}

struct connection *connections_take_slot(struct connections *all)
{
	uint32_t generation = all->next_generation ? all->next_generation : 1;
	uint32_t slot;

	if (all->count >= MAX_SLOTS)
		return NULL;
	if (all->is_free_list_stale)
		mend_free_list(all);
	if (all->first_free == all->n_slots)
		add_slots(all);
	slot = all->first_free;
	all->first_free = all->slots[slot].next_free;
	return new_connection(all, (uint64_t) generation << 32 | slot);
}

struct connection *connections_take_slot_of(struct connections *all, uint64_t id)
{
	if ((uint32_t) id >= MAX_SLOTS || !(id >> 32))
		return NULL;
	while ((uint32_t) id >= all->n_slots)
		add_slots(all);
	if (all->slots[(uint32_t) id].connection)
		return NULL;
	all->is_free_list_stale = true;
	return new_connection(all, id);
}

static void give_slot(struct connections *all, uint64_t id)
{
	struct slot *slot = &all->slots[(uint32_t) id];

	slot->connection = NULL;
	slot->next_free = all->first_free;
	all->first_free = (uint32_t) id;
	all->count--;
}

bool connection_is_unix_socket(int fd)
{
	int domain = AF_UNSPEC;
	socklen_t length = sizeof(domain);

	return getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &length) == 0 && domain == AF_UNIX;
}

int connections_prepare_socket(int fd, bool is_unix)
{
	int yes = 1;

	/* Else a byte of urgent data would be missing from what we count. */
	if (setsockopt(fd, SOL_SOCKET, SO_OOBINLINE, &yes, sizeof(yes)) < 0)
		return -errno;
	if (!is_unix && setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes)) < 0)
		return -errno;
	return 0;
}

int connection_open(struct connection *connection, int fd)
{
	struct loop_watch *watch = loop_watch_new(connection->all->loop, fd, on_ready, connection);
	int result = loop_watch_change(watch, wanted_events(connection));

	if (result < 0) {
		loop_watch_remove(watch);
		return result;
	}
	connection->watch = watch;
	connection->fd = fd;
	connection_begin_position(
		connection, connection->written, connection->taken + connection_half(connection));
	return 0;
}

void connection_free(struct connection *connection)
{
	struct connections *all = connection->all;

	loop_watch_remove(connection->watch);
	queue_clear(&connection->queue, &all->pool);
	if (connection->fd >= 0)
		close(connection->fd);
	give_slot(all, connection->id);
	free(connection);
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
		connection->is_unix = connection_is_unix_socket(fd);
		(void) connections_prepare_socket(fd, connection->is_unix);
	}
	result = connection_open(connection, fd);
	if (result == 0)
		return true;
	log_entry(connections->log, LOGBOOK_CLIENT_REFUSED, "REASON", strerror(-result));
	connection_free(connection);
	return false;
}

size_t connections_count(const struct connections *connections)
{
	return connections->count;
}

static void make_room_for_goodbye(struct connections *all)
{
	if (all->first_goodbye + all->n_goodbyes < all->goodbyes_capacity)
		return;
	if (all->first_goodbye <= all->n_goodbyes) {
		all->goodbyes_capacity = all->goodbyes_capacity * 2 + 64;
		all->goodbyes =
			mem_resize(all->goodbyes, all->goodbyes_capacity, sizeof(*all->goodbyes));
		return;
	}
	memcpy(all->goodbyes, all->goodbyes + all->first_goodbye,
		all->n_goodbyes * sizeof(*all->goodbyes));
	all->first_goodbye = 0;
}

/* All linger equally long, so the order of adding is the order of their deadlines. */
static void add_goodbye(struct connections *all, uint64_t id)
{
	make_room_for_goodbye(all);
	all->goodbyes[all->first_goodbye + all->n_goodbyes++] =
		(struct goodbye){ id, loop_now_ms(all->loop) + LINGER_MS };
}

void connection_linger(struct connection *connection)
{
	add_goodbye(connection->all, connection->id);
	connection_mark_dirty(connection);
}

void connection_start_closing(struct connection *connection)
{
	if (connection->is_closing)
		return;
	connection->is_closing = true;
	if (!connection_is_detached(connection))
		connection_linger(connection);
}

void connection_end(struct connection *connection)
{
	if (connection->is_ended)
		return;
	connection->is_ended = true;
	loop_watch_remove(connection->watch);
	connection->watch = NULL;
	connections_put_off(connection->all, &connection->all->ended, connection->id);
}

void connection_close(struct connections *connections, uint64_t id)
{
	struct connection *connection = find_open(connections, id);

	if (!connection)
		return;
	connection_start_closing(connection);
	if (connection->is_mute && !connection_is_detached(connection))
		connection_end(connection);
}

void connection_set_limits(struct connections *connections, uint64_t id, uint32_t max_send_bytes,
	uint32_t max_receive_bytes)
{
	struct connection *connection = find_open(connections, id);

	if (!connection)
		return;
	connection->max_send = max_send_bytes;
	connection->max_receive = max_receive_bytes;
}

void connection_read_later(struct connection *connection)
{
	if (connection->is_resumed)
		return;
	connection->is_resumed = true;
	connections_put_off(connection->all, &connection->all->resumed, connection->id);
}

void connection_pause(struct connections *connections, uint64_t id)
{
	struct connection *connection = find_open(connections, id);

	if (connection)
		connection->is_paused = true;
}

void connection_resume(struct connections *connections, uint64_t id)
{
	struct connection *connection = find_open(connections, id);

	if (!connection || !connection->is_paused)
		return;
	connection->is_paused = false;
	/* Its lines are given at the end of the turn: nobody is called from within. */
	if (!connection_is_detached(connection))
		connection_read_later(connection);
}

void connection_notify_drained(struct connections *connections, uint64_t id)
{
	struct connection *connection = find_open(connections, id);

	if (!connection)
		return;
	connection->wants_drained = true;
	connection_mark_dirty(connection);
}

static void take_resumed(struct connection *connection)
{
	connection->is_resumed = false;
	if (connection->is_closing || connection->is_paused)
		return;
	connection->is_deaf = false;
	connection_watch(connection);
	if (connection->is_closing)
		return;
	if (connection->read_turn != (uint16_t) loop_turns(connection->all->loop))
		connection_read(connection);
	else if (connection->half || connection->is_cut_short)
		connection_read_later(connection); /* no edge tells of that */
	else
		connection_rearm(connection);
}

/* Where others hold the socket too, the close alone would tell the peer nothing. */
void connection_sweep(struct connection *connection)
{
	const struct connection_callbacks *callbacks = &connection->all->callbacks;
	uint64_t id = connection->id;

	shutdown(connection->fd, SHUT_RDWR);
	connection_drop_half(connection);
	connection_free(connection);
	if (callbacks->on_gone)
		callbacks->on_gone(callbacks->data, id);
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
		connections_drop_ids(list, count); /* more may have come meanwhile */
}

/* Those that said goodbye in time need not be thought of any more. */
static void forget_gone(struct connections *all)
{
	while (all->n_goodbyes &&
		!connections_find_any(all, all->goodbyes[all->first_goodbye].id)) {
		all->first_goodbye++;
		all->n_goodbyes--;
	}
	if (!all->n_goodbyes)
		all->first_goodbye = 0;
}

/* After a storm of output we, and the C library, would hold on to the memory it took. */
static void plan_trim(struct connections *all)
{
	if (all->pool.count < TRIM_AFTER_CHUNKS || all->trim_ms != UINT64_MAX)
		return;
	all->trim_ms = loop_now_ms(all->loop) + TRIM_MS;
}

static void trim(struct connections *all)
{
	all->trim_ms = UINT64_MAX;
	queue_pool_done(&all->pool); /* each chunk would keep its page */
	malloc_trim(0);
}

/* At least one, so that all get on. The rest is for the end of the next turn. */
static void read_resumed(struct connections *all)
{
	uint64_t end_ns = loop_clock_ns() + RESUMED_NS;
	size_t count = all->resumed.count, n = 0;

	while (n < count && (!n || loop_clock_ns() < end_ns)) {
		struct connection *connection = connections_find_any(all, all->resumed.ids[n++]);

		if (connection)
			take_resumed(connection);
	}
	connections_drop_ids(&all->resumed, n);
}

/* What comes up while this runs has its turn in the next one. */
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
	forget_gone(all);
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
		trim(connections);
}

struct connections *connections_new(
	struct loop *loop, const struct log *log, const struct connection_callbacks *callbacks)
{
	struct connections *connections = mem_new(sizeof(*connections));

	connections->loop = loop;
	connections->log = log;
	connections->callbacks = *callbacks;
	connections->trim_ms = UINT64_MAX;
	connections_make_halves(connections);
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
	connections_free_halves(connections);
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
