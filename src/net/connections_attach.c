/* Owns the agreement between what we know of a connection and what the kernel knows: what is
 * already out is not sent again, what was already told of is not told again. */
#include <errno.h>
#include <linux/sockios.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "net/connection.h"

#define READINGS_MAX 1000

/* What the kernel says, in bytes since the connection's start. */
struct progress {
	uint64_t written;
	uint64_t taken;
	uint64_t unread;
	bool is_dead; /* a TCP connection that is over: nothing can go out */
};

/* tcp_states.h of the kernel, which also counts each FIN as a byte. */
enum tcp_state {
	TCP_STATE_FIN_WAIT1 = 4,
	TCP_STATE_FIN_WAIT2,
	TCP_STATE_TIME_WAIT,
	TCP_STATE_CLOSE,
	TCP_STATE_CLOSE_WAIT,
	TCP_STATE_LAST_ACK,
	TCP_STATE_LISTEN,
	TCP_STATE_CLOSING,
};

static bool has_sent_fin(uint8_t state)
{
	return state == TCP_STATE_FIN_WAIT1 || state == TCP_STATE_FIN_WAIT2 ||
	       state == TCP_STATE_TIME_WAIT || state == TCP_STATE_LAST_ACK ||
	       state == TCP_STATE_CLOSING;
}

/* Of a closed one we can not know; see may_agree(). */
static bool has_received_fin(uint8_t state)
{
	return state == TCP_STATE_CLOSE_WAIT || state == TCP_STATE_TIME_WAIT ||
	       state == TCP_STATE_LAST_ACK || state == TCP_STATE_CLOSING;
}

static int read_info(int fd, struct tcp_info *info)
{
	socklen_t length = sizeof(*info);

	*info = (struct tcp_info){ 0 };
	if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, info, &length) < 0)
		return -errno;
	return 0;
}

static bool is_the_same(const struct tcp_info *one, const struct tcp_info *other)
{
	return one->tcpi_bytes_acked == other->tcpi_bytes_acked &&
	       one->tcpi_bytes_received == other->tcpi_bytes_received &&
	       one->tcpi_state == other->tcpi_state;
}

/* Three questions, one answer: nothing may have happened between them. */
static int read_tcp(int fd, struct tcp_info *info, int *ret_unsent, int *ret_unread)
{
	for (int i = 0; i < READINGS_MAX; i++) {
		struct tcp_info after;
		int result = read_info(fd, info);

		if (result < 0)
			return result;
		if (ioctl(fd, SIOCOUTQ, ret_unsent) < 0 || ioctl(fd, SIOCINQ, ret_unread) < 0)
			return -errno;
		result = read_info(fd, &after);
		if (result < 0)
			return result;
		if (is_the_same(info, &after))
			return 0;
	}
	return -EAGAIN;
}

static int ask_tcp(int fd, struct progress *ret_progress)
{
	struct tcp_info info;
	int unsent = 0, unread = 0;
	int result = read_tcp(fd, &info, &unsent, &unread);

	if (result < 0)
		return result;
	*ret_progress = (struct progress){
		.written =
			info.tcpi_bytes_acked + (uint64_t) unsent - has_sent_fin(info.tcpi_state),
		.taken = info.tcpi_bytes_received - (uint64_t) unread -
			 has_received_fin(info.tcpi_state),
		.unread = (uint64_t) unread,
		.is_dead = info.tcpi_state == TCP_STATE_CLOSE,
	};
	return 0;
}

/* Without positions, what was saved and stored has to be right. */
static int ask_unix(const struct connection *connection, int fd, struct progress *ret_progress)
{
	int unread = 0, result;

	*ret_progress = (struct progress){
		.written = connection->out.written,
		.taken = connection_stored_end(connection),
	};
	if (!connection->all->positions)
		return 0;
	result = connection_find_position(
		connection, fd, &ret_progress->written, &ret_progress->taken);
	if (result == 0 && ioctl(fd, SIOCINQ, &unread) < 0)
		result = -errno;
	ret_progress->unread = (uint64_t) unread;
	return result;
}

static int ask(struct connection *connection, int fd, struct progress *ret_progress)
{
	connection->is_unix = connection_is_unix_socket(fd);
	return connection->is_unix ? ask_unix(connection, fd, ret_progress)
				   : ask_tcp(fd, ret_progress);
}

static bool agrees_on_output(const struct connection *connection, const struct progress *progress)
{
	if (progress->is_dead || connection->out.is_mute)
		return true;
	return progress->written >= connection->out.written &&
	       progress->written - connection->out.written <= connection->out.queue.bytes;
}

/* A dead one's end may have been counted as a byte of input. Whatever comes into one that is
 * closing matters to nobody. */
static bool agrees_on_input(struct connection *connection, const struct progress *progress)
{
	if (connection_is_closing(connection))
		return true;
	if (progress->taken > connection->in.taken)
		return connection_find_half(connection, progress->taken) ||
		       (progress->is_dead &&
			       connection_find_half(connection, progress->taken - 1)) ||
		       (progress->is_dead && progress->taken == connection->in.taken + 1);
	return connection->in.taken - progress->taken <= progress->unread;
}

/* Told of, but still in the kernel. Of a dead one it may be a byte less than it should be: that
 * is a line end, and an empty line means nothing. */
static int discard_told(struct connection *connection, const struct progress *progress)
{
	if (connection_is_closing(connection) || progress->taken >= connection->in.taken)
		return 0;
	return connection_take_input(connection, (size_t) (connection->in.taken - progress->taken));
}

static void go_on(struct connection *connection)
{
	struct connections *all = connection->all;

	if (connection->out.is_overflowing)
		connections_put_off(all, &all->overflowing, connection->id);
	if (connection_is_closing(connection))
		connection_linger(connection);
	else if (connection->out.queue.first || connection->out.wants_drained)
		connection_mark_dirty(connection);
	if (connection_is_closing(connection) && connection->out.is_mute)
		connection_end(connection);
	else if (connection->half)
		connection_read_later(connection); /* no edge tells of what is here already */
}

/* The position that is noted is right at any time: first it is what the kernel says. */
static int take_over(struct connection *connection, int fd, const struct progress *progress)
{
	int result;

	connection->fd = fd;
	connection_begin_input(connection);
	connection_begin_position(connection, progress->written, progress->taken);
	result = discard_told(connection, progress);
	if (result == 0) {
		connection_drop_written(connection, progress->written, progress->is_dead);
		(void) connections_prepare_socket(fd, connection->is_unix);
		result = connection_open(connection, fd);
	}
	if (result < 0)
		connection->fd = -1;
	return result;
}

/* A position that is another connection's shows that this one was parked and no more. */
static bool is_fresh_unix(const struct connections *all, uint64_t id)
{
	uint32_t slot = (uint32_t) id;
	const struct position *position =
		all->positions && slot < all->n_positions ? &all->positions[slot] : NULL;

	if (!position || position->id != id)
		return true;
	return !position->written && !position->taken && !position->call;
}

bool connections_is_fresh(const struct connections *connections, uint64_t id, int fd)
{
	struct progress progress;

	if (connection_is_unix_socket(fd))
		return is_fresh_unix(connections, id);
	return ask_tcp(fd, &progress) == 0 && !progress.written && !progress.taken;
}

/* How far the socket of a connection has come that has none so far: 0, or a negative errno, EBADMSG
 * if its output is not what we have. */
static int ask_detached(struct connections *connections, uint64_t id, int fd,
	struct connection **ret_connection, struct progress *ret_progress)
{
	struct connection *connection = connections_find_any(connections, id);
	int result;

	if (!connection || !connection_is_detached(connection))
		return -ENOENT;
	result = ask(connection, fd, ret_progress);
	if (result < 0)
		return result;
	*ret_connection = connection;
	return agrees_on_output(connection, ret_progress) ? 0 : -EBADMSG;
}

int connections_attach(struct connections *connections, uint64_t id, int fd)
{
	struct connection *connection;
	struct progress progress;
	int result = ask_detached(connections, id, fd, &connection, &progress);

	if (result == 0 && !agrees_on_input(connection, &progress))
		result = -EBADMSG;
	if (result == 0)
		result = take_over(connection, fd, &progress);
	if (result == 0) {
		connection->is_asleep = false;
		go_on(connection);
	}
	return result;
}

int connections_look(struct connections *connections, uint64_t id, int fd)
{
	struct connection *connection;
	struct progress progress;
	int result = ask_detached(connections, id, fd, &connection, &progress);

	if (result < 0)
		return result;
	connection_begin_position(connection, progress.written, progress.taken);
	connection_drop_written(connection, progress.written, progress.is_dead);
	return connection_is_closing(connection) && !connection->out.queue.first ? -ESHUTDOWN : 0;
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
