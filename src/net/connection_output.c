/* Owns writing: the lines that wait, in one send() a turn. Several are copied together for it: that
 * takes less time than the kernel needs to collect them. */
#include "net/connection.h"

#include <errno.h>
#include <sys/socket.h>

/* Memory is given back at once, but a line that has begun to go out stays. */
void connection_report_overflow(struct connection *connection)
{
	const struct connection_callbacks *callbacks = &connection->all->callbacks;
	size_t kept = queue_begun(&connection->queue);

	connection->is_overflowing = false;
	if (connection->is_closing)
		return;
	if (callbacks->on_cut)
		callbacks->on_cut(callbacks->data, connection->id, connection->written + kept);
	queue_cut(&connection->queue, &connection->all->pool, kept);
	connection_overflow(connection, "SendQ exceeded");
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
	else
		connection_rearm(connection);
}

static void note_written(struct connection *connection, size_t bytes)
{
	connection->written += bytes;
	queue_drop(&connection->queue, &connection->all->pool, bytes);
}

/* Whether everything went that was offered, so that more may. */
static bool write_queue(struct connection *connection)
{
	size_t offered;
	const char *bytes =
		queue_look(&connection->queue, connection->all->output, WRITE_BYTES, &offered);
	ssize_t n = connection_write(connection, bytes, &offered);

	if (n >= 0)
		note_written(connection, (size_t) n);
	else if (errno == EAGAIN || errno == EINTR)
		connection_rearm(connection); /* if that has passed, no edge will tell */
	else
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
	if (connection->is_asleep)
		return;
	while (!has_room(connection, line) && !connection->has_backlog && connection->queue.first)
		if (!write_queue(connection))
			return;
}

/* Told at the end of the turn, so that nobody is called from within a send. */
static void note_overflow(struct connection *connection)
{
	connection->is_overflowing = true;
	connections_put_off(connection->all, &connection->all->overflowing, connection->id);
}

/* Whether there is room; a detached connection takes all, see resume.h, unless it sleeps. */
static bool may_queue(struct connection *connection, const struct line *line)
{
	if (connection_is_detached(connection) && !connection->is_asleep)
		return true;
	if (connection->is_overflowing)
		return false;
	if (connection->has_overflown)
		return !connection->is_mute;
	make_room(connection, line);
	if (connection->is_mute)
		return false;
	if (has_room(connection, line))
		return true;
	note_overflow(connection);
	return false;
}

void connection_send(struct connections *connections, uint64_t id, struct line *line)
{
	struct connection *connection = connections_find_any(connections, id);

	if (!connection || connection->is_closing || !may_queue(connection, line))
		return;
	queue_add(&connection->queue, &connections->pool, line);
	if (!connection->has_backlog)
		connection_mark_dirty(connection);
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
	bool had_backlog = connection->has_backlog, has_all;

	connection->is_dirty = false;
	if (connection->is_ended)
		return;
	has_all = !connection->queue.first || write_queue(connection);
	connection->has_backlog = !has_all && connection->queue.first;
	if (has_all && connection->queue.first)
		connection_mark_dirty(connection);
	if (connection->is_closing)
		connection_go_on_closing(connection);
	if (!connection->is_ended &&
		(connection->is_closing || connection->has_backlog != had_backlog))
		connection_watch(connection);
	if (!connection->queue.first)
		tell_drained(connection);
}
