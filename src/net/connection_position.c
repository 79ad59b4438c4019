/* Owns the moving of bytes, and the notes of how far it has come on Unix sockets, as the kernel
 * does not count there. A death between a system call and the note of it would leave that open, but
 * for something which the kernel counts down in the very same call:
 *
 *   - taking input lowers the socket's SO_PEEK_OFF by as much, and looking raises it;
 *   - output goes into a pipe first, and then from there to the socket: what is out is no more
 *     in the pipe.
 *
 * Both outlive us, so with a note of what is reached at zero, all is known. The note is made before
 * the call, and counts until the position has been brought forward. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/connection.h"

#define PEEKED_UNKNOWN UINT32_MAX

struct position *connection_position(const struct connection *connection)
{
	const struct connections *all = connection->all;

	if (!connection->is_unix || (uint32_t) connection->id >= all->n_positions)
		return NULL;
	return &all->positions[(uint32_t) connection->id];
}

static void set_call(struct position *position, enum position_call call)
{
	/* The compiler must not move what is noted across this. */
	__atomic_store_n(&position->call, (uint32_t) call, __ATOMIC_SEQ_CST);
}

static void begin_call(struct position *position, enum position_call call, uint64_t aim)
{
	position->aim = aim;
	set_call(position, call);
}

/* Whether a call is ended by this or none was under way: at any moment it says the same. */
void connection_begin_position(
	const struct connection *connection, uint64_t written, uint64_t taken)
{
	struct position *position = connection_position(connection);

	if (!position)
		return;
	position->written = written;
	position->taken = taken;
	position->peeked = PEEKED_UNKNOWN;
	set_call(position, POSITION_CALL_NONE);
	position->id = connection->id;
}

static void set_peeked(int fd, struct position *position, uint32_t bytes)
{
	int offset = (int) bytes;

	if (position->peeked != bytes &&
		setsockopt(fd, SOL_SOCKET, SO_PEEK_OFF, &offset, sizeof(offset)) == 0)
		position->peeked = bytes;
}

ssize_t connection_peek(const struct connection *connection, struct msghdr *message)
{
	struct position *position = connection_position(connection);
	ssize_t n;

	if (position)
		set_peeked(connection->fd, position, 0);
	n = recvmsg(connection->fd, message, MSG_PEEK | MSG_DONTWAIT);
	if (position && n > 0)
		position->peeked = (uint32_t) n;
	return n;
}

static ssize_t take_noted(
	const struct connection *connection, struct position *position, size_t bytes)
{
	char scratch[READ_BYTES];
	ssize_t n;

	if (position->peeked < bytes || position->peeked == PEEKED_UNKNOWN)
		set_peeked(connection->fd, position, (uint32_t) bytes);
	begin_call(position, POSITION_CALL_TAKE, position->taken + position->peeked);
	n = recv(connection->fd, scratch, bytes < sizeof(scratch) ? bytes : sizeof(scratch),
		MSG_DONTWAIT);
	if (n > 0) {
		position->taken += (uint64_t) n;
		position->peeked -= (uint32_t) n;
	}
	set_call(position, POSITION_CALL_NONE);
	return n;
}

ssize_t connection_drop_input(const struct connection *connection, size_t bytes)
{
	struct position *position = connection_position(connection);
	char scratch[READ_BYTES];

	if (position)
		return take_noted(connection, position, bytes);
	if (!connection->is_unix) /* only TCP throws away without a copy */
		return recv(connection->fd, NULL, bytes, MSG_DONTWAIT | MSG_TRUNC);
	return recv(connection->fd, scratch, bytes < sizeof(scratch) ? bytes : sizeof(scratch),
		MSG_DONTWAIT);
}

/* What could not go out has stayed in the queue as well. */
static void empty_pipe(struct connections *all)
{
	char scratch[4096];

	while (all->has_rest)
		all->has_rest = read(all->pipe_fds[0], scratch, sizeof(scratch)) > 0;
}

static ssize_t write_noted(struct connection *connection, struct position *position, size_t bytes)
{
	struct connections *all = connection->all;
	ssize_t n;

	begin_call(position, POSITION_CALL_WRITE, position->written + bytes);
	n = splice(all->pipe_fds[0], NULL, connection->fd, NULL, bytes, SPLICE_F_NONBLOCK);
	if (n > 0)
		position->written += (uint64_t) n;
	set_call(position, POSITION_CALL_NONE);
	all->has_rest = n != (ssize_t) bytes;
	return n;
}

ssize_t connection_write(struct connection *connection, const char *bytes, size_t *length)
{
	struct position *position = connection_position(connection);
	ssize_t n;

	if (!position)
		return send(connection->fd, bytes, *length, MSG_NOSIGNAL);
	empty_pipe(connection->all);
	n = write(connection->all->pipe_fds[1], bytes, *length);
	if (n < 0)
		return n;
	*length = (size_t) n;
	return write_noted(connection, position, (size_t) n);
}

/* How much is missing to the aim. */
static int ask_kernel(const struct connections *all, uint32_t call, int fd, int *ret_missing)
{
	socklen_t length = sizeof(*ret_missing);

	if (call == POSITION_CALL_WRITE)
		return ioctl(all->pipe_fds[0], FIONREAD, ret_missing);
	return getsockopt(fd, SOL_SOCKET, SO_PEEK_OFF, ret_missing, &length);
}

int connection_find_position(
	const struct connection *connection, int fd, uint64_t *ret_written, uint64_t *ret_taken)
{
	const struct position *position = connection_position(connection);
	int missing = 0;

	if (!position || position->id != connection->id)
		return -EBADMSG;
	if (position->call && ask_kernel(connection->all, position->call, fd, &missing) < 0)
		return -errno;
	if (missing < 0 || (uint64_t) missing > position->aim)
		return -EBADMSG;
	*ret_written = position->written;
	*ret_taken = position->taken;
	if (position->call == POSITION_CALL_WRITE)
		*ret_written = position->aim - (uint64_t) missing;
	else if (position->call == POSITION_CALL_TAKE)
		*ret_taken = position->aim - (uint64_t) missing;
	return 0;
}

void connections_keep_positions(struct connections *connections, struct position *positions,
	uint32_t n_positions, const int pipe_fds[2])
{
	connections->positions = positions;
	connections->n_positions = n_positions;
	connections->pipe_fds[0] = pipe_fds[0];
	connections->pipe_fds[1] = pipe_fds[1];
	connections->has_rest = true;
	signal(SIGPIPE, SIG_IGN); /* splice() has no flag for it */
	for (uint32_t i = 0; i < connections->n_slots; i++) {
		const struct connection *connection = connections->slots[i].connection;

		if (connection && !connection_is_detached(connection))
			connection_begin_position(connection, connection->out.written,
				connection->in.taken + connection_half(connection));
	}
}
