/* Owns the output of wrapped streams: lines become frames, and all of it becomes records, which are
 * published before they are sent. What the kernel does not accept is sent later as it is. */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "base/publish.h"
#include "base/text.h"
#include "net/connection.h"
#include "tls/seal.h"

/* A gate has passed the socket, and can make it block. */
#define SEND_FLAGS (MSG_NOSIGNAL | MSG_DONTWAIT)

bool wrapping_owes_something(const struct wrapping *wrapping)
{
	return wrapping->keys.flags & (TLS_OWES_UPDATE | TLS_OWES_REFUSAL) || wrapping->pong_length;
}

/* Publish the bytes that are in the output, and send them. */
static bool send_output(struct connection *connection, struct wrapping *changed, size_t length)
{
	struct connections *all = connection->all;
	struct wrapped_output *output = &all->wrappings->output;
	struct wrapping *wrapping;
	size_t sent;
	ssize_t n;

	output->from = changed->wire_written;
	output->length = (uint32_t) length;
	changed->wire_written += length;
	PUBLISH(&output->id, connection->id);
	wrapping_end_change(all);
	n = send(connection->fd, output->bytes, length, SEND_FLAGS);
	if (n < 0 && !connection_may_pass(errno))
		return false;
	sent = n > 0 ? (size_t) n : 0;
	wrapping = wrapping_find(all, connection->id);
	wrapping->wire_sent += sent;
	connection->is_holding = sent < length;
	if (sent < length)
		wrapping_keep_rest(all, wrapping, output->bytes + sent, length - sent);
	else
		wrapping_drop_rest(all, wrapping);
	return true;
}

/* False: not everything was accepted, see errno. */
static bool send_rest(struct connection *connection, struct wrapping *wrapping)
{
	size_t left = (size_t) (wrapping->wire_written - wrapping->wire_sent);
	const uint8_t *bytes;
	ssize_t n;

	/* Then the place may have the rest of an earlier output. */
	if (!left)
		return true;
	bytes = wrapping_place(connection->all, wrapping->id)->rest +
		(wrapping->wire_sent - wrapping->rest_from);
	n = send(connection->fd, bytes, left, SEND_FLAGS);
	if (n < 0)
		return false;
	wrapping->wire_sent += (uint64_t) n;
	errno = EAGAIN;
	if ((size_t) n < left)
		return false;
	wrapping_drop_rest(connection->all, wrapping);
	return true;
}

/* A look was at the slot as it is before this output. */
static struct wrapping *begin_output(struct connection *connection)
{
	if (connection->all->wrappings->looked.id == connection->id)
		connection->all->n_looked = 0;
	PUBLISH(&connection->all->wrappings->output.id, 0);
	return wrapping_begin_change(connection->all, connection->id);
}

/* Where frames are put: without TLS they are the output. */
static char *room_for_frames(struct connections *all, const struct wrapping *changed)
{
	return wrapping_has_tls(changed) ? all->framed : (char *) all->wrappings->output.bytes;
}

/* Put the inner bytes into the output, with what TLS owes. Returns their number on the wire. */
static size_t wrap(
	struct connections *all, struct wrapping *changed, const char *inner, size_t length)
{
	const struct iovec piece = { (void *) (uintptr_t) inner, length };

	if (!wrapping_has_tls(changed))
		return length;
	return tls_seal(all->crypto, &changed->keys, &piece, 1, all->wrappings->output.bytes);
}

/* A line as a frame, without its CR LF. */
static size_t put_frame(
	const struct websocket *frames, const char *line, size_t length, char *frame)
{
	size_t header;

	length -= length > 1 && line[length - 2] == '\r' ? 2 : 1;
	header = websocket_write_header(frames, length, frame);
	memcpy(frame + header, line, length);
	if (websocket_sends_text(frames))
		text_mend_utf8(frame + header, length);
	return header + length;
}

static size_t put_pong(const struct connections *all, struct wrapping *changed,
	char frame[WEBSOCKET_CONTROL_BYTES])
{
	size_t length = changed->pong_length;

	if (length)
		memcpy(frame, wrapping_place(all, changed->id)->pongs[changed->pong], length);
	changed->pong_length = 0;
	return length;
}

/* Frames of the whole lines that fit, behind those that are owed. *length becomes the number of
 * bytes of these lines. */
static size_t put_frames(
	struct connections *all, struct wrapping *changed, const char *lines, size_t *length)
{
	char *frames = room_for_frames(all, changed);
	size_t at = put_pong(all, changed, frames), taken = 0;
	const char *end;

	while (taken < *length && (end = memchr(lines + taken, '\n', *length - taken))) {
		size_t line = (size_t) (end + 1 - (lines + taken));

		if (at + line + WEBSOCKET_SERVER_HEADER_BYTES > WRAPPED_PLAIN_BYTES)
			break;
		at += put_frame(&changed->frames, lines + taken, line, frames + at);
		taken += line;
	}
	*length = taken;
	return at;
}

static bool may_write(const struct wrapping *wrapping)
{
	if (wrapping->has_frames && wrapping->frames.has_sent_close)
		return false;
	return !wrapping_has_tls(wrapping) || tls_can_seal(&wrapping->keys);
}

static ssize_t wrap_and_send(struct connection *connection, const char *bytes, size_t *length)
{
	struct connections *all = connection->all;
	struct wrapping *changed = begin_output(connection);
	const char *inner = bytes;
	size_t n_inner = *length;

	if (changed->has_frames) {
		n_inner = put_frames(all, changed, bytes, length);
		inner = room_for_frames(all, changed);
	}
	changed->plain_written += *length;
	if (!send_output(connection, changed, wrap(all, changed, inner, n_inner)))
		return -1;
	return (ssize_t) *length;
}

ssize_t wrapped_write(struct connection *connection, const char *bytes, size_t *length)
{
	struct wrapping *wrapping = wrapping_find(connection->all, connection->id);

	if (!send_rest(connection, wrapping))
		return -1;
	connection->is_holding = false;
	if (!*length && !wrapping_owes_something(wrapping))
		return 0;
	if (may_write(wrapping))
		return wrap_and_send(connection, bytes, length);
	errno = EPIPE;
	return -1;
}

static bool seal_alert(struct connection *connection, enum tls_alert alert)
{
	struct connections *all = connection->all;
	struct wrapping *changed = begin_output(connection);
	size_t n = tls_seal_alert(all->crypto, &changed->keys, alert, all->wrappings->output.bytes);

	return n && send_output(connection, changed, n);
}

static bool send_close(struct connection *connection, uint16_t code)
{
	struct connections *all = connection->all;
	struct wrapping *changed = begin_output(connection);
	char *frame = room_for_frames(all, changed);
	size_t length = websocket_write_close(&changed->frames, code, "", frame);

	return length && send_output(connection, changed, wrap(all, changed, frame, length));
}

static bool has_rest(const struct connection *connection)
{
	const struct wrapping *wrapping = wrapping_find(connection->all, connection->id);

	return wrapping->wire_sent != wrapping->wire_written;
}

void wrapped_refuse_records(struct connection *connection, uint8_t alert)
{
	if (!has_rest(connection))
		(void) seal_alert(connection, alert);
}

/* The code is sent with the goodbye. */
void wrapped_refuse_frames(const struct connection *connection, uint16_t code)
{
	struct wrapping *changed = wrapping_begin_change(connection->all, connection->id);

	changed->close_code = code;
	wrapping_end_change(connection->all);
}

/* First the Close frame, then close_notify. */
bool wrapped_say_goodbye(struct connection *connection)
{
	const struct wrapping *wrapping = wrapping_find(connection->all, connection->id);

	if (wrapping->has_frames && may_write(wrapping))
		(void) send_close(connection,
			wrapping->close_code ? wrapping->close_code : WEBSOCKET_CODE_NORMAL);
	if (has_rest(connection))
		return false;
	if (wrapping_has_tls(wrapping) && !(wrapping->keys.flags & TLS_WRITE_ENDED))
		(void) seal_alert(connection, TLS_ALERT_CLOSE_NOTIFY);
	return !has_rest(connection);
}
