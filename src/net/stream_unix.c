/* Owns plain Unix sockets, and their byte counts, because the kernel does not count there. After a
 * crash between a system call and its note the count would be unknown, but the kernel counts
 * something down in the same call:
 *
 *   - taking input lowers the socket's SO_PEEK_OFF by as much, and looking raises it;
 *   - output goes into a pipe first, and from there to the socket: sent bytes are no longer in the
 *     pipe.
 *
 * Both outlive the process, so a note of the count that is reached at zero is enough. The note is
 * written before the call, and is valid until the byte counts are updated. It costs 0.4 us of CPU
 * time for each write to such a client, and nothing without a service manager. */
#include <errno.h>
#include <fcntl.h>
#include <linux/sockios.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/publish.h"
#include "net/connection.h"

#define PEEKED_UNKNOWN UINT32_MAX

static struct byte_counts *counts_of(const struct connection *connection)
{
	const struct connections *all = connection->all;

	if ((uint32_t) connection->id >= all->n_byte_counts)
		return NULL;
	return &all->byte_counts[(uint32_t) connection->id];
}

static void set_call(struct byte_counts *counts, enum byte_count_call call)
{
	PUBLISH(&counts->call, (uint32_t) call);
}

static void begin_call(struct byte_counts *counts, enum byte_count_call call, uint64_t aim)
{
	counts->aim = aim;
	set_call(counts, call);
}

/* Whether or not a call was running, the counts are consistent at any moment. */
static void begin_unix(struct connection *connection, uint64_t written, uint64_t taken)
{
	struct byte_counts *counts = counts_of(connection);

	if (!counts)
		return;
	counts->written = written;
	counts->taken = taken;
	counts->peeked = PEEKED_UNKNOWN;
	set_call(counts, BYTE_COUNT_CALL_NONE);
	counts->id = connection->id;
}

static void set_peeked(int fd, struct byte_counts *counts, uint32_t bytes)
{
	int offset = (int) bytes;

	if (counts->peeked != bytes &&
		setsockopt(fd, SOL_SOCKET, SO_PEEK_OFF, &offset, sizeof(offset)) == 0)
		counts->peeked = bytes;
}

/* Peeks at input; descriptors in it are not received. */
static ssize_t look_unix(
	struct connection *connection, char *bytes, size_t most, struct stream_end *ret_end)
{
	struct iovec part = { bytes, most };
	struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1 };
	struct byte_counts *counts = counts_of(connection);
	ssize_t n;

	if (counts)
		set_peeked(connection->fd, counts, 0);
	n = recvmsg(connection->fd, &message, MSG_PEEK | MSG_DONTWAIT);
	if (n <= 0)
		return n;
	if (counts)
		counts->peeked = (uint32_t) n;
	ret_end->has_mark |= (message.msg_flags & MSG_CTRUNC) != 0;
	return n;
}

static ssize_t take_noted(
	const struct connection *connection, struct byte_counts *counts, size_t bytes)
{
	char scratch[READ_BYTES];
	ssize_t n;

	if (counts->peeked < bytes || counts->peeked == PEEKED_UNKNOWN)
		set_peeked(connection->fd, counts, (uint32_t) bytes);
	begin_call(counts, BYTE_COUNT_CALL_TAKE, counts->taken + counts->peeked);
	n = recv(connection->fd, scratch, bytes < sizeof(scratch) ? bytes : sizeof(scratch),
		MSG_DONTWAIT);
	if (n > 0) {
		counts->taken += (uint64_t) n;
		counts->peeked -= (uint32_t) n;
		explicit_bzero(scratch, (size_t) n);
	}
	set_call(counts, BYTE_COUNT_CALL_NONE);
	return n;
}

static ssize_t drop_unix(struct connection *connection, size_t bytes)
{
	struct byte_counts *counts = counts_of(connection);
	char scratch[READ_BYTES];
	ssize_t n;

	if (counts)
		return take_noted(connection, counts, bytes);
	n = recv(connection->fd, scratch, bytes < sizeof(scratch) ? bytes : sizeof(scratch),
		MSG_DONTWAIT);
	if (n > 0)
		explicit_bzero(scratch, (size_t) n);
	return n;
}

/* Empty the pipe: unsent bytes are still in the queue. */
static void empty_pipe(struct connections *all)
{
	char scratch[4096];

	while (all->has_rest)
		all->has_rest = read(all->pipe_fds[0], scratch, sizeof(scratch)) > 0;
}

static ssize_t write_noted(struct connection *connection, struct byte_counts *counts, size_t bytes)
{
	struct connections *all = connection->all;
	ssize_t n;

	begin_call(counts, BYTE_COUNT_CALL_WRITE, counts->written + bytes);
	n = splice(all->pipe_fds[0], NULL, connection->fd, NULL, bytes, SPLICE_F_NONBLOCK);
	if (n > 0)
		counts->written += (uint64_t) n;
	set_call(counts, BYTE_COUNT_CALL_NONE);
	all->has_rest = n != (ssize_t) bytes;
	return n;
}

static ssize_t write_unix(struct connection *connection, const char *bytes, size_t *length)
{
	struct byte_counts *counts = counts_of(connection);
	ssize_t n;

	if (!counts)
		return send(connection->fd, bytes, *length, MSG_NOSIGNAL);
	empty_pipe(connection->all);
	n = write(connection->all->pipe_fds[1], bytes, *length);
	if (n < 0)
		return n;
	*length = (size_t) n;
	return write_noted(connection, counts, (size_t) n);
}

/* Ask the kernel how many bytes are missing to the aim. */
static int ask_kernel(const struct connections *all, uint32_t call, int fd, int *ret_missing)
{
	socklen_t length = sizeof(*ret_missing);

	if (call == BYTE_COUNT_CALL_WRITE)
		return ioctl(all->pipe_fds[0], FIONREAD, ret_missing);
	return getsockopt(fd, SOL_SOCKET, SO_PEEK_OFF, ret_missing, &length);
}

static int find_byte_counts(
	const struct connection *connection, int fd, uint64_t *ret_written, uint64_t *ret_taken)
{
	const struct byte_counts *counts = counts_of(connection);
	int missing = 0;

	if (!counts || counts->id != connection->id)
		return -EBADMSG;
	if (counts->call && ask_kernel(connection->all, counts->call, fd, &missing) < 0)
		return -errno;
	if (missing < 0 || (uint64_t) missing > counts->aim)
		return -EBADMSG;
	*ret_written = counts->written;
	*ret_taken = counts->taken;
	if (counts->call == BYTE_COUNT_CALL_WRITE)
		*ret_written = counts->aim - (uint64_t) missing;
	else if (counts->call == BYTE_COUNT_CALL_TAKE)
		*ret_taken = counts->aim - (uint64_t) missing;
	return 0;
}

/* Without byte counts, uses the saved and stored progress. */
static int ask_unix(
	const struct connection *connection, int fd, struct stream_progress *ret_progress)
{
	int unread = 0, result;

	*ret_progress = (struct stream_progress){
		.written = connection->out.written,
		.taken = connection_stored_end(connection),
	};
	if (!connection->all->byte_counts)
		return 0;
	result = find_byte_counts(connection, fd, &ret_progress->written, &ret_progress->taken);
	if (result == 0 && ioctl(fd, SIOCINQ, &unread) < 0)
		result = -errno;
	ret_progress->unread = (uint64_t) unread;
	return result;
}

static void end_output_unix(const struct connection *connection)
{
	shutdown(connection->fd, SHUT_WR);
}

/* Written bytes are in the peer's socket at once. */
static bool is_delivered_unix(const struct connection *connection)
{
	(void) connection;
	return true;
}

const struct stream stream_unix = {
	.most_written = WRITE_BYTES,
	.look = look_unix,
	.drop = drop_unix,
	.write = write_unix,
	.end_output = end_output_unix,
	.is_delivered = is_delivered_unix,
	.begin = begin_unix,
	.ask = ask_unix,
};

/* If the slot's counts belong to another connection, this one was only parked. */
bool stream_unix_is_fresh(const struct connections *all, uint64_t id)
{
	uint32_t slot = (uint32_t) id;
	const struct byte_counts *counts =
		all->byte_counts && slot < all->n_byte_counts ? &all->byte_counts[slot] : NULL;

	if (!counts || counts->id != id)
		return true;
	return !counts->written && !counts->taken && !counts->call;
}

void connections_keep_byte_counts(struct connections *connections, struct byte_counts *byte_counts,
	uint32_t n_byte_counts, const int pipe_fds[2])
{
	connections->byte_counts = byte_counts;
	connections->n_byte_counts = n_byte_counts;
	connections->pipe_fds[0] = pipe_fds[0];
	connections->pipe_fds[1] = pipe_fds[1];
	connections->has_rest = true;
	signal(SIGPIPE, SIG_IGN); /* splice() has no flag like MSG_NOSIGNAL */
	for (uint32_t i = 0; i < connections->n_slots; i++) {
		struct connection *connection = connections->slots[i].connection;

		if (connection && connection->stream == STREAM_KIND_UNIX &&
			!connection_is_detached(connection))
			begin_unix(connection, connection->out.written,
				connection->in.taken + connection_partial_bytes(connection));
	}
}
