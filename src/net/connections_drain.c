/* Owns the last step of a stop: sending the queues without the loop. It ends when the peers'
 * kernels have received them, whether or not the peers close. */
#include <linux/sockios.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/ioctl.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "net/connection.h"

#define LOOK_MS 5 /* nothing reports that the last byte was acknowledged */

/* Connections with output in the queue, or not yet received by the peer's kernel. */
struct waiting {
	struct pollfd *polls;
	struct connection **connections;
	size_t count;
};

bool connections_have_delivered(const struct connections *connections, uint64_t id)
{
	const struct connection *connection = connections_find_open(connections, id);

	return connection && connection_is_delivered(connection);
}

/* All output was received, and no unread input turns the close into a reset, which would destroy
 * output at the peer. Over a Unix socket the peer has received it already. */
static bool is_delivered(const struct connection *connection)
{
	int unread = 0;

	if (ioctl(connection->fd, SIOCINQ, &unread) == 0 && unread)
		return false;
	return connection_stream(connection)->is_delivered(connection);
}

static bool is_done(const struct connection *connection)
{
	if (connection_has_ended(connection) || connection_is_detached(connection))
		return true;
	if (connection_has_output(connection))
		return false;
	return !connection_is_closing(connection) || connection->has_end ||
	       is_delivered(connection);
}

static short wanted_poll_events(const struct connection *connection)
{
	short events = 0;

	if (connection_has_output(connection))
		events |= POLLOUT;
	if (connection_is_closing(connection) && !connection->has_end)
		events |= POLLIN;
	return events;
}

static void collect_waiting(const struct connections *all, struct waiting *waiting)
{
	waiting->count = 0;
	for (uint32_t i = 0; i < all->n_slots; i++) {
		struct connection *connection = all->slots[i].connection;

		if (!connection || is_done(connection))
			continue;
		waiting->polls[waiting->count] = (struct pollfd){
			.fd = connection->fd,
			.events = wanted_poll_events(connection),
		};
		waiting->connections[waiting->count++] = connection;
	}
}

static void serve_polls(const struct waiting *waiting)
{
	for (size_t i = 0; i < waiting->count; i++) {
		struct connection *connection = waiting->connections[i];
		short events = waiting->polls[i].revents;

		if (!events)
			continue;
		if (connection_is_closing(connection) && !connection->has_end &&
			(events & (POLLIN | POLLHUP | POLLERR)))
			connection_discard_input(connection);
		if (connection_has_output(connection))
			connection_flush(connection);
	}
}

static void flush_all(struct connections *all)
{
	for (uint32_t i = 0; i < all->n_slots; i++)
		if (all->slots[i].connection && !connection_is_detached(all->slots[i].connection))
			connection_flush(all->slots[i].connection);
}

static int poll_wait_ms(uint64_t left_ms)
{
	return left_ms < LOOK_MS ? (int) left_ms : LOOK_MS;
}

void connections_drain(struct connections *connections, uint64_t max_wait_ms)
{
	CLEANUP(mem_freep)
	struct pollfd *polls = mem_new(connections->n_slots * sizeof(*polls) + 1);
	CLEANUP(mem_freep)
	struct connection **ready = mem_new(connections->n_slots * sizeof(struct connection *) + 1);
	struct waiting waiting = { polls, ready, 0 };
	uint64_t end_ms = loop_clock_ms() + max_wait_ms;

	connections->is_draining = true;
	flush_all(connections);
	for (collect_waiting(connections, &waiting); waiting.count;
		collect_waiting(connections, &waiting)) {
		uint64_t now_ms = loop_clock_ms();

		if (now_ms >= end_ms)
			break;
		if (poll(polls, waiting.count, poll_wait_ms(end_ms - now_ms)) > 0)
			serve_polls(&waiting);
	}
	connections->is_draining = false;
}
