/* Owns writing: the queued lines, in one send() a turn. Several lines are copied into one buffer
 * first, although the queues share them: the kernel takes longer to collect parts with writev()
 * than papod does, by 13 to 25 % for sixteen lines. */
#include "net/connection.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

static void connection_cut_queue(struct connection *connection, size_t bytes)
{
	struct connections *all = connection->all;

	all->n_gone_bytes += connection->out.queue.bytes;
	queue_cut(&connection->out.queue, &all->pool, bytes);
	all->n_gone_bytes -= connection->out.queue.bytes;
}

/* Frees the queue at once, except a partly sent line. */
void connection_report_overflow(struct connection *connection)
{
	const struct connection_callbacks *callbacks = &connection->all->callbacks;
	size_t kept = queue_begun(&connection->out.queue);

	connection->out.is_overflowing = false;
	if (connection_is_closing(connection))
		return;
	if (callbacks->on_cut)
		callbacks->on_cut(callbacks->data, connection->id, connection->out.written + kept);
	connection_cut_queue(connection, kept);
	connection_overflow(connection, "SendQ exceeded");
}

/* Input that has arrived is still handled, and its end reports that the peer is gone. The shutdown
 * makes sure that the end comes. */
static void writing_has_failed(struct connection *connection, int error)
{
	connection->out.error = (uint8_t) error;
	connection->out.is_mute = true;
	connection->is_holding = false;
	connection_drop_queue(connection);
	shutdown(connection->fd, SHUT_RDWR);
	if (connection_is_closing(connection))
		connection_end(connection);
	else
		connection_rearm(connection);
}

static void note_written(struct connection *connection, size_t bytes)
{
	connection->out.written += bytes;
	connection->all->n_gone_bytes += bytes;
	queue_drop(&connection->out.queue, &connection->all->pool, bytes);
}

/* Several lines were copied together, and one of them may tell its recipient a secret. */
static void wipe_output(const struct connection *connection, const char *bytes, size_t length)
{
	if (bytes == connection->all->output)
		explicit_bzero(connection->all->output, length);
}

/* True: the kernel accepted all offered bytes, and may accept more. */
static bool write_queue(struct connection *connection)
{
	size_t offered, length;
	const char *bytes = queue_look(&connection->out.queue, connection->all->output,
		connection_stream(connection)->most_written, &length);
	ssize_t n;

	offered = length;
	n = connection_stream(connection)->write(connection, bytes, &offered);
	wipe_output(connection, bytes, length);
	if (n >= 0)
		note_written(connection, (size_t) n);
	else if (errno == EAGAIN || errno == EINTR)
		connection_rearm(
			connection); /* no edge reports it if the condition is over already */
	else
		writing_has_failed(connection, errno);
	return n == (ssize_t) offered;
}

static bool queue_has_room(const struct connection *connection, const struct line *line)
{
	return (uint64_t) connection->out.queue.bytes + line->length <= connection->max_send;
}

/* One turn may queue more than the limit for a client that reads fast, so write early. */
static void make_queue_room(struct connection *connection, const struct line *line)
{
	if (connection->is_asleep)
		return;
	while (!queue_has_room(connection, line) && !connection->out.has_backlog &&
		connection->out.queue.first)
		if (!write_queue(connection))
			return;
}

/* Reported at the end of the turn, not from inside a send. */
static void note_overflow(struct connection *connection)
{
	connection->out.is_overflowing = true;
	connections_put_off(connection->all, &connection->all->overflowing, connection->id);
}

/* Is there room? A detached connection accepts everything, see resume.h, unless it sleeps. */
static bool may_queue(struct connection *connection, const struct line *line)
{
	if (connection_is_detached(connection) && !connection->is_asleep)
		return true;
	if (connection->out.is_overflowing)
		return false;
	if (connection->phase == CONNECTION_PHASE_FAREWELL)
		return !connection->out.is_mute;
	make_queue_room(connection, line);
	if (connection->out.is_mute)
		return false;
	if (queue_has_room(connection, line))
		return true;
	note_overflow(connection);
	return false;
}

void connection_send(struct connections *connections, uint64_t id, struct line *line)
{
	struct connection *connection = connections_find_any(connections, id);

	if (!connection || connection_is_closing(connection) || !may_queue(connection, line))
		return;
	connections->n_queued_lines++;
	connections->n_queued_bytes += line->length;
	queue_add(&connection->out.queue, &connections->pool, line);
	if (!connection->out.has_backlog)
		connection_mark_dirty(connection);
}

static void tell_drained(struct connection *connection)
{
	const struct connection_callbacks *callbacks = &connection->all->callbacks;

	if (!connection->out.wants_drained || connection_is_closing(connection) ||
		connection->all->is_draining)
		return;
	connection->out.wants_drained = false;
	callbacks->on_drained(callbacks->data, connection->id, connection->out.is_mute);
}

void connection_flush(struct connection *connection)
{
	bool had_backlog = connection->out.has_backlog, has_all;

	connection->is_dirty = false;
	if (connection_has_ended(connection))
		return;
	has_all = !connection_has_output(connection) || write_queue(connection);
	has_all &= !connection->is_holding;
	connection->out.has_backlog = !has_all && connection_has_output(connection);
	if (has_all && connection->out.queue.first)
		connection_mark_dirty(connection);
	if (connection_is_closing(connection))
		connection_go_on_closing(connection);
	if (!connection_has_ended(connection) &&
		(connection_is_closing(connection) || connection->out.has_backlog != had_backlog))
		connection_watch(connection);
	if (!connection->out.queue.first)
		tell_drained(connection);
}

void connection_notify_drained(struct connections *connections, uint64_t id)
{
	struct connection *connection = connections_find_open(connections, id);

	if (!connection)
		return;
	connection->out.wants_drained = true;
	connection_mark_dirty(connection);
}

/* If the log ends here, the overflow must still be reported. */
void connection_note_cut(struct connections *connections, uint64_t id, uint64_t bytes)
{
	struct connection *connection = connections_find_detached(connections, id);

	if (!connection)
		return;
	connection->out.is_overflowing = true;
	if (bytes < connection->out.written + connection->out.queue.bytes)
		connection_cut_queue(connection,
			bytes > connection->out.written ? (size_t) (bytes - connection->out.written)
							: 0);
}

void connection_note_overflow(struct connections *connections, uint64_t id)
{
	struct connection *connection = connections_find_detached(connections, id);

	if (!connection)
		return;
	connection->out.is_overflowing = false;
	connection_say_farewell(connection);
}

/* The queue was sent, or never will be. */
void connection_note_drained(struct connections *connections, uint64_t id, bool is_lost)
{
	struct connection *connection = connections_find_detached(connections, id);

	if (!connection)
		return;
	connection->out.wants_drained = false;
	connection->out.is_mute |= is_lost;
	connection->out.written += connection->out.queue.bytes;
	connection_drop_queue(connection);
}

void connection_drop_written(struct connection *connection, uint64_t written, bool is_dead)
{
	struct queue_pool *pool = &connection->all->pool;

	if (is_dead)
		connection->out.is_mute = true;
	if (connection->out.is_mute) {
		connection_drop_queue(connection);
		return;
	}
	connection->all->n_gone_bytes += written - connection->out.written;
	queue_drop(&connection->out.queue, pool, (size_t) (written - connection->out.written));
	connection->out.written = written;
}
