/* Owns the comparison between the state of a connection and the kernel's: sent bytes are not sent
 * again, and reported bytes are not reported again. */
#include <errno.h>

#include "net/connection.h"

/* Try TCP first, as most sockets are: asking for the kind would be one more system call for
 * each. */
static int ask_socket(struct connection *connection, int fd, struct stream_progress *ret_progress)
{
	int result;

	if (wrapping_find(connection->all, connection->id))
		connection->stream = STREAM_KIND_WRAPPED;
	/* Without its slot no other kind may serve it: that would send plain text. */
	if (connection->stream == STREAM_KIND_WRAPPED)
		return stream_wrapped.ask(connection, fd, ret_progress);
	result = stream_tcp.ask(connection, fd, ret_progress);

	connection->stream = result == -EOPNOTSUPP ? STREAM_KIND_UNIX : STREAM_KIND_TCP;
	return result == -EOPNOTSUPP ? stream_unix.ask(connection, fd, ret_progress) : result;
}

static bool agrees_on_output(
	const struct connection *connection, const struct stream_progress *progress)
{
	if (progress->is_dead || connection->out.is_mute)
		return true;
	return progress->written >= connection->out.written &&
	       progress->written - connection->out.written <= connection->out.queue.bytes;
}

/* The kernel may have counted the end of a dead connection as a byte of input. Input of a closing
 * connection does not matter. */
static bool agrees_on_input(struct connection *connection, const struct stream_progress *progress)
{
	if (connection_is_closing(connection))
		return true;
	if (progress->taken > connection->in.taken)
		return connection_find_partial(connection, progress->taken) ||
		       (progress->is_dead &&
			       connection_find_partial(connection, progress->taken - 1)) ||
		       (progress->is_dead && progress->taken == connection->in.taken + 1);
	return connection->in.taken - progress->taken <= progress->unread;
}

/* Remove reported input that is still in the kernel. For a dead connection that may be one byte too
 * few: a line end, which is read as an empty line. */
static int discard_told(struct connection *connection, const struct stream_progress *progress)
{
	if (connection_is_closing(connection) || progress->taken >= connection->in.taken)
		return 0;
	return connection_take_input(connection, (size_t) (connection->in.taken - progress->taken));
}

static void resume_connection(struct connection *connection)
{
	struct connections *all = connection->all;

	if (connection->out.is_overflowing)
		connections_put_off(all, &all->overflowing, connection->id);
	if (connection_is_closing(connection))
		connection_linger(connection);
	else if (connection_has_output(connection) || connection->out.wants_drained)
		connection_mark_dirty(connection);
	if (connection_is_closing(connection) && connection->out.is_mute)
		connection_end(connection);
	else if (connection->partial_place)
		connection_read_later(connection); /* no edge reports stored input */
}

/* begin() sets the byte counts to the kernel's values, so that they are right at any time. */
static int attach_socket(
	struct connection *connection, int fd, const struct stream_progress *progress)
{
	int result;

	connection->fd = fd;
	connection_begin_input(connection);
	connection_stream(connection)->begin(connection, progress->written, progress->taken);
	result = discard_told(connection, progress);
	if (result == 0) {
		connection_drop_written(connection, progress->written, progress->is_dead);
		result = connection_open(connection, fd);
	}
	if (result < 0)
		connection->fd = -1;
	return result;
}

bool connections_is_fresh(const struct connections *connections, uint64_t id, int fd)
{
	struct stream_progress progress;

	if (connection_is_unix_socket(fd))
		return stream_unix_is_fresh(connections, id);
	return stream_tcp.ask(NULL, fd, &progress) == 0 && !progress.written && !progress.taken;
}

/* Ask for the progress of a socket for a detached connection: 0, or a negative errno, EBADMSG if
 * its output does not match the queue. */
static int ask_detached(struct connections *connections, uint64_t id, int fd,
	struct connection **ret_connection, struct stream_progress *ret_progress)
{
	struct connection *connection = connections_find_any(connections, id);
	int result;

	if (!connection || !connection_is_detached(connection))
		return -ENOENT;
	result = ask_socket(connection, fd, ret_progress);
	if (result < 0)
		return result;
	*ret_connection = connection;
	return agrees_on_output(connection, ret_progress) ? 0 : -EBADMSG;
}

int connections_attach(struct connections *connections, uint64_t id, int fd)
{
	struct connection *connection;
	struct stream_progress progress;
	int result = ask_detached(connections, id, fd, &connection, &progress);

	if (result == 0 && !agrees_on_input(connection, &progress))
		result = -EBADMSG;
	if (result == 0)
		result = attach_socket(connection, fd, &progress);
	if (result == 0) {
		connection->is_asleep = false;
		resume_connection(connection);
	}
	return result;
}

int connections_look(struct connections *connections, uint64_t id, int fd)
{
	struct connection *connection;
	struct stream_progress progress;
	int result = ask_detached(connections, id, fd, &connection, &progress);

	if (result < 0)
		return result;
	connection_stream(connection)->begin(connection, progress.written, progress.taken);
	connection_drop_written(connection, progress.written, progress.is_dead);
	return connection_is_closing(connection) && !connection_has_output(connection) ? -ESHUTDOWN
										       : 0;
}

void connection_sleep(struct connections *connections, uint64_t id)
{
	struct connection *connection = connections_find_any(connections, id);

	if (!connection || !connection_is_detached(connection))
		return;
	connection->is_asleep = true;
	if (connection->out.is_overflowing)
		connections_put_off(connections, &connections->overflowing, id);
}
