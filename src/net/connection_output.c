/* Owns writing: one writev() a turn of the lines that wait. */
#include "net/connection.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/uio.h>

/* Memory is given back at once, and there is room for the words of farewell. */
void connection_report_overflow(struct connection *connection)
{
	const struct connection_callbacks *callbacks = &connection->all->callbacks;

	connection->is_overflowing = false;
	if (connection->is_closing)
		return;
	connection->has_overflown = true;
	queue_clear_unsent(&connection->queue, &connection->all->pool);
	callbacks->on_overflow(callbacks->data, connection->id, "SendQ exceeded");
}

/* Input that has arrived is still of use, and the end of it will tell that the peer is
 * gone; after the shutdown that end is sure to come. */
static void writing_has_failed(struct connection *connection, int error)
{
	connection->error = (uint8_t) error;
	connection->is_mute = true;
	queue_clear(&connection->queue, &connection->all->pool);
	shutdown(connection->fd, SHUT_RDWR);
	if (connection->is_closing)
		connection_end(connection);
}

/* Whether everything went that was offered, so that more may. */
static bool write_queue(struct connection *connection)
{
	struct iovec parts[WRITE_LINES];
	int n_parts = queue_gather(&connection->queue, parts, WRITE_LINES);
	size_t offered = 0;
	ssize_t n;

	for (int i = 0; i < n_parts; i++)
		offered += parts[i].iov_len;
	n = writev(connection->fd, parts, n_parts);
	if (n >= 0)
		queue_drop(&connection->queue, &connection->all->pool, (size_t) n);
	else if (errno != EAGAIN && errno != EINTR)
		writing_has_failed(connection, errno);
	return n == (ssize_t) offered;
}

static bool has_room(const struct connection *connection, const struct line *line)
{
	return (uint64_t) connection->queue.bytes + line->length <= connection->max_send;
}

/* A turn may bring more than the limit to somebody who would read it all. */
static void make_room(struct connection *connection, const struct line *line)
{
	while (!has_room(connection, line) && !connection->has_backlog && connection->queue.first)
		if (!write_queue(connection))
			return;
}

/* Told at the end of the turn, so that nobody is called from within a send. */
static void note_overflow(struct connection *connection)
{
	if (connection->has_overflown)
		return;
	connection->is_overflowing = true;
	connections_put_off(connection->all, &connection->all->overflowing, connection->id);
}

void connection_send(struct connections *connections, uint64_t id, struct line *line)
{
	struct connection *connection = connections_find_any(connections, id);

	if (!connection || connection->is_closing || connection->is_overflowing)
		return;
	make_room(connection, line);
	if (connection->is_mute)
		return;
	if (!has_room(connection, line)) {
		note_overflow(connection);
		return;
	}
	queue_add(&connection->queue, &connections->pool, line);
	if (!connection->has_backlog)
		connection_mark_dirty(connection);
}

static void end_output(struct connection *connection)
{
	if (connection->has_end) {
		connection_end(connection);
	} else if (!connection->has_shut) {
		shutdown(connection->fd, SHUT_WR);
		connection->has_shut = true;
	}
}

static void tell_drained(struct connection *connection)
{
	const struct connection_callbacks *callbacks = &connection->all->callbacks;

	if (!connection->wants_drained || connection->is_closing || connection->all->is_draining)
		return;
	connection->wants_drained = false;
	callbacks->on_drained(callbacks->data, connection->id, connection->is_mute);
}

void connection_flush(struct connection *connection)
{
	connection->is_dirty = false;
	if (connection->is_ended)
		return;
	if (connection->queue.first)
		write_queue(connection);
	connection->has_backlog = connection->queue.first != NULL;
	if (!connection->queue.first && connection->is_closing && !connection->is_ended)
		end_output(connection);
	if (!connection->is_ended)
		connection_watch(connection);
	if (!connection->queue.first)
		tell_drained(connection);
}
