/* Owns the end of a connection: the queue is sent, then both sides end their output, and the slot
 * is released. */
#include <sys/socket.h>

#include "net/connection.h"

static void note_discarded(struct connection *connection, size_t bytes)
{
	if (connection_add_noise(connection, bytes))
		connection_end(connection);
	else
		connection_rearm(connection);
}

/* All output has been sent. */
static void end_output(struct connection *connection)
{
	const struct stream *stream = connection_stream(connection);

	if (stream->say_goodbye && !connection->out.is_mute && !stream->say_goodbye(connection)) {
		connection_mark_dirty(connection);
	} else if (connection->has_end) {
		connection_end(connection);
	} else if (!connection->has_shut) {
		stream->end_output(connection);
		connection->has_shut = true;
	}
}

void connection_discard_input(struct connection *connection)
{
	ssize_t n = connection_stream(connection)->drop(connection, READ_BYTES);

	if (n > 0) {
		note_discarded(connection, (size_t) n);
	} else if (n < 0 && connection_may_pass(errno)) {
		connection_rearm(connection);
	} else {
		connection->has_end = true;
		if (n < 0)
			connection_end(connection);
		else if (connection_has_output(connection))
			connection_watch(connection);
		else
			end_output(connection);
	}
}

/* Epoll does not report input again that arrived before the close. */
void connection_go_on_closing(struct connection *connection)
{
	if (!connection_has_output(connection) && !connection_has_ended(connection))
		end_output(connection);
	if (!connection->has_end && !connection_has_ended(connection))
		connection_discard_input(connection);
}

/* If the socket is parked, the peer would not notice the close alone. */
void connection_sweep(struct connection *connection)
{
	const struct connection_callbacks *callbacks = &connection->all->callbacks;
	uint64_t id = connection->id;

	shutdown(connection->fd, SHUT_RDWR);
	connection_drop_partial(connection);
	connection_unwrap(connection->all, id);
	connection_free(connection);
	if (callbacks->on_gone)
		callbacks->on_gone(callbacks->data, id);
}
