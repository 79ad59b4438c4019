/* Owns reading: bytes into lines. One read a turn, into one buffer for all; a connection
 * keeps bytes of its own only while they are no whole line or it is paused. */
#include "net/connection.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "proto/foreign.h"

void connection_forget_pending(struct connection *connection)
{
	free(connection->pending);
	connection->pending = NULL;
	connection->pending_length = 0;
}

static void keep_pending(struct connection *connection, const char *bytes, size_t length)
{
	if (!length) {
		connection_forget_pending(connection);
		return;
	}
	connection->pending = mem_resize(connection->pending, length, 1);
	memcpy(connection->pending, bytes, length);
	connection->pending_length = (uint32_t) length;
}

/* Turned away without a word: whatever is there does not understand ours. */
static void refuse_foreign(struct connection *connection, const char *protocol)
{
	const struct connection_callbacks *callbacks = &connection->all->callbacks;

	connection_start_closing(connection);
	connection_end(connection);
	callbacks->on_foreign(callbacks->data, connection->id, protocol);
}

static bool has_line(const char *bytes, size_t length)
{
	size_t at = 0;

	while (at < length && (bytes[at] == '\r' || bytes[at] == '\n'))
		at++;
	return at < length && memchr(bytes + at, '\n', length - at);
}

/* True: what there is may be taken apart into lines. */
static bool may_take_lines(struct connection *connection, size_t length)
{
	const char *input = connection->all->input;
	const char *protocol;

	if (connection->is_checked)
		return true;
	protocol = foreign_protocol(input, length);
	if (protocol) {
		refuse_foreign(connection, protocol);
		return false;
	}
	connection->is_checked = length >= FOREIGN_BYTES || has_line(input, length);
	return connection->is_checked;
}

static bool next_frame(
	struct connection *connection, size_t from, size_t length, struct frame *ret_frame)
{
	bool is_swallowing = connection->is_swallowing;
	bool found =
		frame_next(connection->all->input + from, length - from, &is_swallowing, ret_frame);

	connection->is_swallowing = is_swallowing;
	return found;
}

/* Empty lines and the rest of one that is too long cost their sender nothing, as nobody
 * is told of them. So there is an end to how much of that we listen to. */
static void count_noise(struct connection *connection, size_t bytes)
{
	const struct connection_callbacks *callbacks = &connection->all->callbacks;

	connection->noise += (uint32_t) bytes;
	if (connection->noise <= NOISE_BYTES || connection->has_overflown)
		return;
	connection->has_overflown = true;
	callbacks->on_overflow(callbacks->data, connection->id, "Excess flood");
}

/* The shared buffer starts with that many bytes of this connection's. */
static void take_lines(struct connection *connection, size_t length)
{
	const struct connection_callbacks *callbacks = &connection->all->callbacks;
	size_t at = 0;

	while (may_take_lines(connection, length) && !connection->is_paused) {
		struct frame frame;
		bool found = next_frame(connection, at, length, &frame);

		at += frame.consumed;
		if (!found) {
			count_noise(connection, frame.consumed);
			break;
		}
		if (!frame.is_too_long)
			connection->noise = 0;
		callbacks->on_line(callbacks->data, connection->id, &frame);
		if (connection->is_closing)
			return;
	}
	if (connection->is_closing)
		return;
	keep_pending(connection, connection->all->input + at, length - at);
	connection_watch(connection);
}

static size_t fetch_pending(struct connection *connection)
{
	if (connection->pending_length)
		memcpy(connection->all->input, connection->pending, connection->pending_length);
	return connection->pending_length;
}

void connection_take_pending(struct connection *connection)
{
	if (connection->pending_length)
		take_lines(connection, fetch_pending(connection));
	else
		connection_watch(connection);
}

/* How much may be read on top of what is pending: always enough to end a line. */
static size_t wanted(const struct connection *connection)
{
	size_t limit = connection->max_receive;

	if (limit < FRAME_LINE_BYTES)
		limit = FRAME_LINE_BYTES;
	limit -= connection->pending_length;
	return limit < READ_BYTES ? limit : READ_BYTES;
}

/* What was queued before the end still goes out, for peers that only stopped talking. */
static void input_has_ended(struct connection *connection, int error)
{
	const struct connection_callbacks *callbacks = &connection->all->callbacks;

	connection->has_end = true;
	connection_start_closing(connection);
	if (error || connection->is_mute || !connection->queue.first)
		connection_end(connection);
	if (!error)
		error = connection->error;
	callbacks->on_closed(
		callbacks->data, connection->id, error ? strerror(error) : "Connection closed");
}

void connection_read(struct connection *connection)
{
	size_t have = fetch_pending(connection);
	ssize_t n = read(connection->fd, connection->all->input + have, wanted(connection));

	if (n > 0)
		take_lines(connection, have + (size_t) n);
	else if (n == 0)
		input_has_ended(connection, 0);
	else if (errno != EAGAIN && errno != EINTR)
		input_has_ended(connection, errno);
}

void connection_discard_input(struct connection *connection)
{
	ssize_t n = read(connection->fd, connection->all->input, READ_BYTES);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n > 0) {
		connection->noise += (uint32_t) n;
		if (connection->noise > NOISE_BYTES)
			connection_end(connection);
		return;
	}
	connection->has_end = true;
	if (n < 0 || !connection->queue.first)
		connection_end(connection);
	else
		connection_watch(connection);
}
