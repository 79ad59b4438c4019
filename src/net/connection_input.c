/* Owns reading: bytes into lines, once a turn, into one buffer for all. After a crash
 * the next process knows of each byte whether it was reported: either it is taken into memory that
 * outlives the process, see connection_partial.c; or it is only peeked at, and removed from the
 * kernel after it was reported. Unix sockets use the second way, because the kernel counts no bytes
 * there. Its second system call costs 7 to 10 % of a private message, so TCP avoids it. Epoll
 * reports edges, so input that stays in the kernel wakes nothing. */
#include "net/connection.h"

#include <assert.h>
#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "proto/foreign.h"

#define TAKE_TRIES 100
#define EXCESS_FLOOD "Excess flood"
#define SHARE_NS 500000 /* for a connection in a turn; a begun line is completed */

int connection_take_input(struct connection *connection, size_t bytes)
{
	for (int tries = 0; bytes; tries++) {
		ssize_t n = connection_stream(connection)
				    ->drop(connection, bytes < READ_BYTES ? bytes : READ_BYTES);

		if (n == 0)
			return -ENODATA;
		/* The input is there, as it was peeked at. */
		if (n < 0 && (!connection_may_pass(errno) || tries == TAKE_TRIES))
			return -errno;
		bytes -= n > 0 ? (size_t) n : 0;
	}
	return 0;
}

/* Output of the callback is still sent: it tells a human what to do. */
static void refuse_foreign(struct connection *connection, const char *protocol)
{
	const struct connection_callbacks *callbacks = &connection->all->callbacks;

	connection->all->wipes_input = true;
	callbacks->on_foreign(callbacks->data, connection->id, protocol);
	connection_close(connection->all, connection->id);
}

static bool has_line(const char *bytes, size_t length)
{
	size_t at = 0;

	while (at < length && (bytes[at] == '\r' || bytes[at] == '\n'))
		at++;
	return at < length && memchr(bytes + at, '\n', length - at);
}

/* May the input be split into lines? */
static bool may_take_lines(struct connection *connection, size_t length)
{
	const char *input = connection->all->input;
	const char *protocol;

	if (connection->in.is_checked)
		return true;
	protocol = foreign_protocol(input, length);
	if (protocol) {
		refuse_foreign(connection, protocol);
		return false;
	}
	connection->in.is_checked = length >= FOREIGN_BYTES || has_line(input, length);
	return connection->in.is_checked;
}

static bool next_frame(
	struct connection *connection, size_t from, size_t length, struct frame *ret_frame)
{
	bool is_swallowing = connection->in.is_swallowing;
	bool found =
		frame_next(connection->all->input + from, length - from, &is_swallowing, ret_frame);

	connection->in.is_swallowing = is_swallowing;
	return found;
}

/* Empty lines and the rest of a line that is too long cost no flood budget, as they are not
 * reported. So their amount is limited. */
bool connection_add_noise(struct connection *connection, size_t bytes)
{
	connection->in.noise += (uint32_t) bytes;
	return connection->in.noise > NOISE_BYTES;
}

static bool is_flood(struct connection *connection, size_t bytes)
{
	return connection_add_noise(connection, bytes) &&
	       connection->phase == CONNECTION_PHASE_OPEN;
}

static void note_noise(struct connection *connection, size_t bytes)
{
	const struct connection_callbacks *callbacks = &connection->all->callbacks;
	bool is_too_much;

	if (!bytes)
		return;
	connection->in.taken += bytes;
	is_too_much = is_flood(connection, bytes);
	if (callbacks->on_noise)
		callbacks->on_noise(callbacks->data, connection->id, (uint32_t) bytes,
			connection->in.is_swallowing);
	if (is_too_much)
		connection_overflow(connection, EXCESS_FLOOD);
}

static void give_line(struct connection *connection, const struct frame *frame)
{
	const struct connection_callbacks *callbacks = &connection->all->callbacks;

	connection->in.taken += frame->consumed;
	if (!frame->is_too_long)
		connection->in.noise = 0;
	if (callbacks->on_line(callbacks->data, connection->id, frame))
		connection->all->wipes_input = true;
}

/* Other connections wait, so the rest is left for the next turn. */
static bool has_had_its_share(struct connection *connection)
{
	uint64_t start_ns = loop_work_start_ns(connection->all->loop);

	connection->in.is_cut_short = loop_clock_ns() - start_ns > SHARE_NS;
	return connection->in.is_cut_short;
}

static size_t give_lines(struct connection *connection, size_t length)
{
	size_t at = 0;

	if (!may_take_lines(connection, length))
		return connection_is_closing(connection) ? length : 0;
	while (!connection->in.is_paused && !connection_is_closing(connection)) {
		struct frame frame;
		bool found = next_frame(connection, at, length, &frame);

		at += frame.consumed;
		if (!found) {
			connection->all->wipes_input |= frame.consumed != 0;
			note_noise(connection, frame.consumed);
			break;
		}
		give_line(connection, &frame);
		if (at < length && has_had_its_share(connection))
			break;
	}
	return at;
}

/* The shared buffer starts with that many bytes of this connection. Returns how many of them were
 * reported or can be dropped: bytes of another protocol that stay unread would turn the close into
 * a reset. */
static size_t take_lines(struct connection *connection, size_t length)
{
	size_t told = give_lines(connection, length);

	connection->all->n_input = length;
	connection->all->wipes_input |= told < length;
	return told;
}

/* How many bytes to read beyond the stored partial line: always enough to complete it. */
static size_t wanted_bytes(const struct connection *connection, size_t have)
{
	size_t limit = connection->max_receive;

	if (limit < FRAME_LINE_BYTES)
		limit = FRAME_LINE_BYTES;
	return limit < READ_BYTES - have ? limit : READ_BYTES - have;
}

/* The queue is still sent, for peers that only ended their output. A partial line before the end is
 * dropped, because unread input would turn the close into a reset. */
static void input_has_ended(struct connection *connection, int error, size_t partial_line)
{
	const struct connection_callbacks *callbacks = &connection->all->callbacks;
	bool is_delivered = !error && connection_is_delivered(connection);

	connection_input_has_ended(connection);
	if (error || connection->out.is_mute ||
		(!connection_has_output(connection) && !connection_stream(connection)->say_goodbye))
		connection_end(connection);
	if (!error)
		error = connection->out.error;
	callbacks->on_closed(callbacks->data, connection->id,
		error ? strerror(error) : "Connection closed", is_delivered);
	connection_take_input(connection, partial_line);
}

static int socket_error(const struct connection *connection)
{
	int error = 0;
	socklen_t length = sizeof(error);

	if (getsockopt(connection->fd, SOL_SOCKET, SO_ERROR, &error, &length) < 0)
		return errno;
	return error;
}

/* A look ends at urgent data or descriptors, so a partial line before them would block the input
 * indefinitely. It is dropped, including its rest. */
static void drop_line(struct connection *connection, size_t have, size_t length)
{
	connection->in.is_swallowing = true;
	note_noise(connection, have + length);
	connection_drop_partial(connection);
	connection_take_input(connection, length);
	connection_rearm(connection);
}

/* All available input is one partial line. */
static void only_partial_line(struct connection *connection, size_t have, size_t length)
{
	if (connection->in.has_mark)
		drop_line(connection, have, length);
	else if (connection->in.sees_end)
		input_has_ended(connection, socket_error(connection), length);
}

/* Store the bytes behind the reported lines in a place, new ones included. */
static bool store_rest(struct connection *connection, size_t have, size_t length, size_t told)
{
	const char *input = connection->all->input;

	if (!told && connection_extend_partial(connection, input + have, length))
		return true;
	return connection_keep_partial(connection, input + told, have + length - told);
}

/* How many of the peeked bytes can be removed from the kernel. During a pause, and when the
 * connection's share is used up, unreported input stays. */
static size_t settle_input(struct connection *connection, size_t have, size_t length, size_t told)
{
	bool is_rest = length && told < have + length;

	if (is_rest && !connection->in.is_paused && !connection->in.is_cut_short &&
		!connection_is_closing(connection)) {
		if (store_rest(connection, have, length, told))
			return length;
		connection_wait_for_place(connection);
	}
	if (told < have)
		return 0;
	connection_drop_partial(connection);
	return told - have;
}

/* More input or its end may be there, which no edge would report. */
static void go_on_reading(struct connection *connection, bool is_all)
{
	if (connection_is_closing(connection) || connection->in.is_paused)
		return;
	if (connection->in.is_cut_short)
		connection_read_later(connection);
	else if (!is_all || connection->in.has_mark || connection->in.has_more ||
		 connection->in.sees_end)
		connection_rearm(connection);
}

/* The shared buffer contains `have` bytes of a partial line, then `length` peeked bytes. */
static void handle_seen(struct connection *connection, size_t have, size_t length, bool is_all)
{
	size_t told = take_lines(connection, have + length);
	size_t settled = settle_input(connection, have, length, told);
	int result = connection_take_input(connection, settled);

	if (connection_is_closing(connection) || connection->in.is_paused)
		return;
	if (result < 0)
		input_has_ended(connection, -result, 0);
	else if (!told && !settled)
		only_partial_line(connection, have, length);
	else
		go_on_reading(connection, is_all);
}

/* The stream tells the peer what was wrong. Unread input would turn the close into a reset, which
 * could overtake that. */
static void refuse_input(struct connection *connection)
{
	const struct connection_callbacks *callbacks = &connection->all->callbacks;

	connection_close(connection->all, connection->id);
	callbacks->on_closed(callbacks->data, connection->id, strerror(EPROTO), false);
}

/* After a temporary error the edge must be requested again. */
static void nothing_came(struct connection *connection, ssize_t n)
{
	if (n == 0)
		input_has_ended(connection, 0, 0);
	else if (errno == EPROTO)
		refuse_input(connection);
	else if (connection_may_pass(errno))
		connection_rearm(connection);
	else if (errno != EINPROGRESS)
		input_has_ended(connection, errno, 0);
}

/* The rest may contain whole lines, if the connection was paused. */
static void handle_taken(struct connection *connection, size_t have, size_t length, bool is_all)
{
	size_t told = take_lines(connection, have + length);

	if (told == have + length) {
		connection_drop_partial(connection);
	} else if (!connection_is_closing(connection)) {
		bool is_stored = store_rest(connection, have, length, told);

		assert(is_stored); /* a place was free before the input was taken */
	}
	go_on_reading(connection, is_all);
}

/* Input that can be stored is taken at once, because peeking and taking are two system calls. */
static void take_input(struct connection *connection, size_t have)
{
	size_t bytes = connection_begin_reading(connection, have, wanted_bytes(connection, have));
	ssize_t n = connection_stream(connection)
			    ->take(connection, connection->all->input + have, bytes);

	if (n > 0)
		handle_taken(connection, have, (size_t) n, (size_t) n < bytes);
	else
		nothing_came(connection, n);
}

/* A partial line before the end is only dropped when no more input follows. */
static void look_and_take(struct connection *connection, size_t have)
{
	size_t bytes = wanted_bytes(connection, have);
	struct stream_end end = { .has_mark = connection->in.has_mark };
	ssize_t n;

	connection_begin_reading(connection, have, bytes);
	n = connection_stream(connection)
		    ->look(connection, connection->all->input + have, bytes, &end);
	connection->in.has_mark = end.has_mark;
	connection->in.has_more = end.has_more;
	if (n > 0)
		handle_seen(connection, have, (size_t) n, (size_t) n < bytes);
	else if (end.noise && is_flood(connection, end.noise))
		connection_overflow(connection, EXCESS_FLOOD);
	else
		nothing_came(connection, n);
}

/* True: stored lines, for example from a pause, were reported. They precede all input in the
 * kernel. */
static bool give_stored(struct connection *connection, size_t have)
{
	size_t given = have ? take_lines(connection, have) : 0;

	if (!given)
		return false;
	if (given == have)
		connection_drop_partial(connection);
	go_on_reading(connection, false);
	return true;
}

static void read_what_came(struct connection *connection)
{
	size_t have = connection_fetch_partial(connection);

	if (give_stored(connection, have))
		return;
	if (connection_stream(connection)->take && connection_has_place(connection))
		take_input(connection, have);
	else
		look_and_take(connection, have);
}

static void read_connection(struct connection *connection)
{
	connection->in.read_turn = (uint16_t) loop_turns(connection->all->loop);
	connection->in.is_cut_short = false;
	read_what_came(connection);
	if (connection->all->wipes_input)
		connection_wipe_input(connection);
}

/* After a resume the connection is read at the end of the turn. */
static bool may_read(const struct connection *connection)
{
	return !connection->in.is_paused && !connection->is_resumed;
}

/* Stop watching input during a pause; it stays in the kernel. */
static void hear_no_more(struct connection *connection)
{
	if (!connection->in.is_paused)
		return;
	connection->in.is_deaf = true;
	connection_watch(connection);
}

void connection_is_ready(struct connection *connection, uint32_t events)
{
	connection->in.sees_end |= (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0;
	connection->in.has_mark = (events & EPOLLPRI) != 0;
	/* If reading is not possible now, a write finds the error. */
	if ((events & EPOLLOUT) || !may_read(connection))
		connection_mark_dirty(connection);
	if (!(events & ~EPOLLOUT))
		return;
	if (may_read(connection))
		read_connection(connection);
	else
		hear_no_more(connection);
}

void connection_pause(struct connections *connections, uint64_t id)
{
	struct connection *connection = connections_find_open(connections, id);

	if (connection)
		connection->in.is_paused = true;
}

void connection_resume(struct connections *connections, uint64_t id)
{
	struct connection *connection = connections_find_open(connections, id);

	if (!connection || !connection->in.is_paused)
		return;
	connection->in.is_paused = false;
	/* Lines are reported at the end of the turn, not from inside the caller. */
	if (!connection_is_detached(connection))
		connection_read_later(connection);
}

void connection_read_on(struct connection *connection)
{
	connection->is_resumed = false;
	if (connection_is_closing(connection) || connection->in.is_paused)
		return;
	connection->in.is_deaf = false;
	connection_watch(connection);
	if (connection_is_closing(connection))
		return;
	if (connection->in.read_turn != (uint16_t) loop_turns(connection->all->loop))
		read_connection(connection);
	else if (connection->partial_place || connection->in.is_cut_short)
		connection_read_later(connection); /* no edge reports it */
	else
		connection_rearm(connection);
}

void connection_skip(struct connections *connections, uint64_t id, uint32_t bytes)
{
	struct connection *connection = connections_find_open(connections, id);
	int result = 0;

	if (!connection)
		return;
	connection->in.taken += bytes;
	if (!connection_is_detached(connection))
		result = connection_take_input(connection, bytes);
	if (result < 0)
		input_has_ended(connection, -result, 0);
}

/* Reported input shows that it is not another protocol. */
static void note_taken(struct connection *connection, uint32_t bytes, bool is_swallowing)
{
	connection->in.taken += bytes;
	connection->in.is_checked = true;
	connection->in.is_swallowing = is_swallowing;
}

void connection_consume(
	struct connections *connections, uint64_t id, uint32_t bytes, bool is_too_long)
{
	struct connection *connection = connections_find_detached(connections, id);

	if (!connection)
		return;
	note_taken(connection, bytes, is_too_long);
	if (!is_too_long)
		connection->in.noise = 0;
}

void connection_note_noise(
	struct connections *connections, uint64_t id, uint32_t bytes, bool is_swallowing)
{
	struct connection *connection = connections_find_detached(connections, id);

	if (!connection)
		return;
	note_taken(connection, bytes, is_swallowing);
	connection->in.noise += bytes;
}

void connection_begin_input(struct connection *connection)
{
	connection->in.is_deaf = connection->in.is_paused;
}
