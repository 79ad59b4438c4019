/* Owns the basis of all connections: their slots, the watch of the loop, the lists of work for the
 * end of a turn, and the close. Calls no other file of connections. */
#include "net/connection.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/mem.h"

/* Request another turn, unless the end of the current one is still to come. */
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

void connection_mark_dirty(struct connection *connection)
{
	if (connection->is_dirty || connection_is_detached(connection))
		return;
	connection->is_dirty = true;
	connections_put_off(connection->all, &connection->all->dirty, connection->id);
}

void connection_read_later(struct connection *connection)
{
	if (connection->is_resumed)
		return;
	connection->is_resumed = true;
	connections_put_off(connection->all, &connection->all->resumed, connection->id);
}

static uint32_t wanted_epoll_events(const struct connection *connection)
{
	bool is_deaf =
		connection_is_closing(connection) ? connection->has_end : connection->in.is_deaf;
	uint32_t events = connection->out.has_backlog ? EPOLLOUT : 0u;

	if (!is_deaf)
		events |= EPOLLIN | EPOLLPRI | EPOLLRDHUP;
	return events ? events | EPOLLET : 0u;
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

/* All linger equally long, so they are in order of their deadlines. */
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

static void connection_start_closing(struct connection *connection)
{
	if (connection_is_closing(connection))
		return;
	connection->phase = CONNECTION_PHASE_CLOSING;
	if (!connection_is_detached(connection))
		connection_linger(connection);
}

void connection_end(struct connection *connection)
{
	if (connection_has_ended(connection))
		return;
	connection->phase = CONNECTION_PHASE_ENDED;
	loop_watch_remove(connection->watch);
	connection->watch = NULL;
	connections_put_off(connection->all, &connection->all->ended, connection->id);
}

void connection_close(struct connections *connections, uint64_t id)
{
	struct connection *connection = connections_find_open(connections, id);

	if (!connection)
		return;
	connection_start_closing(connection);
	if (connection->out.is_mute && !connection_is_detached(connection))
		connection_end(connection);
}

static void check_watch(struct connection *connection, int result)
{
	const struct connection_callbacks *callbacks = &connection->all->callbacks;
	bool was_open = !connection_is_closing(connection);

	if (result == 0)
		return;
	connection_start_closing(connection);
	connection_end(connection);
	if (was_open)
		callbacks->on_closed(callbacks->data, connection->id, strerror(-result), false);
}

void connection_watch(struct connection *connection)
{
	check_watch(
		connection, loop_watch_change(connection->watch, wanted_epoll_events(connection)));
}

void connection_rearm(struct connection *connection)
{
	if (!connection_has_ended(connection))
		check_watch(connection, loop_watch_rearm(connection->watch));
}

void connection_input_has_ended(struct connection *connection)
{
	connection->has_end = true;
	connection_start_closing(connection);
}

void connection_say_farewell(struct connection *connection)
{
	if (connection->phase == CONNECTION_PHASE_OPEN)
		connection->phase = CONNECTION_PHASE_FAREWELL;
}

void connection_overflow(struct connection *connection, const char *reason)
{
	const struct connection_callbacks *callbacks = &connection->all->callbacks;

	connection_say_farewell(connection);
	callbacks->on_overflow(callbacks->data, connection->id, reason);
	connection_close(connection->all, connection->id);
}

static void add_slots(struct connections *all)
{
	uint32_t n_slots = all->n_slots ? all->n_slots * 2 : 64;

	all->slots = mem_resize(all->slots, n_slots, sizeof(*all->slots));
	for (uint32_t i = all->n_slots; i < n_slots; i++)
		all->slots[i] = (struct slot){ .next_free = i + 1 };
	all->n_slots = n_slots;
}

/* Rebuild the list after slots were taken from its middle. */
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

/* The counter wraps around, so the half of the numbers that follows it is the future. */
bool connections_is_to_come(const struct connections *connections, uint64_t id)
{
	return (uint32_t) (id >> 32) - connections->next_generation < UINT32_MAX / 2;
}

void connections_skip_id(struct connections *connections, uint64_t id)
{
	if (connections_is_to_come(connections, id))
		connections->next_generation = (uint32_t) (id >> 32) + 1;
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

	/* Otherwise a byte of urgent data would be missing from the counts. */
	if (setsockopt(fd, SOL_SOCKET, SO_OOBINLINE, &yes, sizeof(yes)) < 0)
		return -errno;
	if (!is_unix && setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes)) < 0)
		return -errno;
	return 0;
}

int connection_open(struct connection *connection, int fd)
{
	struct loop_watch *watch =
		loop_watch_new(connection->all->loop, fd, connection->all->on_ready, connection);
	int result = loop_watch_change(watch, wanted_epoll_events(connection));

	if (result < 0) {
		loop_watch_remove(watch);
		return result;
	}
	connection->watch = watch;
	connection->fd = fd;
	return 0;
}

void connection_free(struct connection *connection)
{
	struct connections *all = connection->all;

	loop_watch_remove(connection->watch);
	connection_drop_queue(connection);
	if (connection->fd >= 0)
		close(connection->fd);
	give_slot(all, connection->id);
	free(connection);
}
