/* Owns the input of wrapped streams: records are opened, and frames are read from what was in them.
 *
 * All of it stays in the kernel until its plain bytes are removed, and is read again then, unless
 * all that the last look found is removed before any output, which is the rule. So a crash finds
 * either the state before or the one behind the removed bytes, and nothing else has to be stored.
 */
#include <assert.h>
#include <errno.h>
#include <string.h>

#include "net/connection.h"
#include "tls/open.h"

/* Bytes on the wire, from the first that was not removed, and what was in their records: the inner
 * bytes. Without TLS these are the wire's. */
struct unwrapping {
	struct connections *all;
	struct wrapping *after; /* the slot, as it is behind the inner bytes */
	size_t n_wire;
	size_t n_used; /* wire bytes of records that were opened wholly */
	char *inner;
	size_t n_inner;
	size_t most;
	enum tls_opened_kind end; /* why no further record was opened; DATA: no more room */
	uint8_t alert;
};

/* Messages in the inner bytes, and their lines: the plain bytes. */
struct unframing {
	struct websocket frames; /* at `n_inner` */
	size_t n_inner;		 /* inner bytes of messages that were read wholly */
	char *plain;
	size_t n_plain;
	size_t most;
	uint32_t n_skipped; /* of the next line */
	enum websocket_event end;
	uint16_t code;	    /* of a CLOSE or ERROR */
	const char *reason; /* of an ERROR, static */
	bool has_ping;
	uint8_t ping_length; /* of the last ping */
	uint16_t n_pings;    /* behind n_inner, inside a message */
	char ping[WEBSOCKET_CONTROL_BYTES];
};

static void move_past(struct unwrapping *unwrapping, size_t bytes)
{
	unwrapping->n_used += bytes;
	unwrapping->after->wire_taken += bytes;
	unwrapping->after->n_skipped = 0;
}

/* If the bytes do not fit, the record is opened again for the rest. */
static void take_inner(struct unwrapping *unwrapping, const struct tls_opened *opened)
{
	struct wrapping *after = unwrapping->after;
	size_t skipped = after->n_skipped < opened->length ? after->n_skipped : opened->length;
	size_t length = opened->length - skipped;
	size_t room = unwrapping->most - unwrapping->n_inner;
	size_t taken = length < room ? length : room;

	memcpy(unwrapping->inner + unwrapping->n_inner, opened->data + skipped, taken);
	explicit_bzero((void *) (uintptr_t) opened->data, opened->length);
	unwrapping->n_inner += taken;
	if (taken == length) {
		move_past(unwrapping, opened->taken);
	} else {
		after->keys = unwrapping->all->wrappings->before;
		after->n_skipped = (uint32_t) (skipped + taken);
	}
}

/* False: no further record can be opened. The end and errors are left for a look that begins with
 * them. */
static bool open_record(struct unwrapping *unwrapping)
{
	struct connections *all = unwrapping->all;
	struct wrapping *after = unwrapping->after;
	struct tls_opened opened;

	all->wrappings->before = after->keys;
	opened = tls_open(all->crypto, &after->keys, all->wire + unwrapping->n_used,
		unwrapping->n_wire - unwrapping->n_used, NULL);
	unwrapping->alert = opened.alert;
	unwrapping->end = opened.kind;
	switch (opened.kind) {
	case TLS_OPENED_DATA:
		take_inner(unwrapping, &opened);
		return unwrapping->n_inner < unwrapping->most;
	case TLS_OPENED_NOTHING:
		move_past(unwrapping, opened.taken);
		return true;
	case TLS_OPENED_PARTIAL:
		return false;
	case TLS_OPENED_CLOSE:
	case TLS_OPENED_ALERT:
	case TLS_OPENED_ERROR:
		if (unwrapping->n_inner)
			after->keys = all->wrappings->before;
		else
			move_past(unwrapping, opened.taken);
		return false;
	}
	return false;
}

static void copy_wire(struct unwrapping *unwrapping)
{
	size_t length =
		unwrapping->n_wire < unwrapping->most ? unwrapping->n_wire : unwrapping->most;

	memcpy(unwrapping->inner, unwrapping->all->wire, length);
	explicit_bzero(unwrapping->all->wire, unwrapping->n_wire);
	unwrapping->n_inner = length;
	unwrapping->end = length < unwrapping->n_wire ? TLS_OPENED_DATA : TLS_OPENED_PARTIAL;
	move_past(unwrapping, length);
}

/* Find at most that many inner bytes. The result is that of recv(2) for the wire. */
static ssize_t unwrap(struct unwrapping *unwrapping, struct connection *connection, char *inner,
	size_t most, struct stream_end *ret_end)
{
	struct connections *all = connection->all;
	ssize_t n = stream_tcp.look(connection, (char *) all->wire, sizeof(all->wire), ret_end);

	if (n <= 0)
		return n;
	*unwrapping = (struct unwrapping){
		.all = all,
		.after = &all->wrappings->looked,
		.n_wire = (size_t) n,
		.inner = inner,
		.most = most,
	};
	*unwrapping->after = *wrapping_find(all, connection->id);
	if (!wrapping_has_tls(unwrapping->after))
		copy_wire(unwrapping);
	else
		while (unwrapping->n_inner < most && open_record(unwrapping))
			continue;
	return n;
}

/* False: there is no room for the whole line. */
static bool take_message_line(
	struct connections *all, struct unframing *unframing, const struct websocket_item *item)
{
	size_t length = websocket_write_line(item, all->line);
	size_t skipped = unframing->n_skipped < length ? unframing->n_skipped : length;
	size_t room = unframing->most - unframing->n_plain;
	size_t taken = length - skipped < room ? length - skipped : room;

	memcpy(unframing->plain + unframing->n_plain, all->line + skipped, taken);
	explicit_bzero(all->line, length);
	unframing->n_plain += taken;
	unframing->n_skipped = skipped + taken < length ? (uint32_t) (skipped + taken) : 0;
	return !unframing->n_skipped;
}

static void keep_ping(struct unframing *unframing, const struct websocket_item *item)
{
	unframing->has_ping = true;
	unframing->ping_length = (uint8_t) websocket_write_pong(item, unframing->ping);
}

/* RFC 6455 5.4: Pings inside a message are answered at once. The message is read again, so those
 * that were answered are counted. */
static void take_ping(const struct wrapping *wrapping, struct unframing *unframing,
	const struct websocket_item *item)
{
	uint16_t n_answered = unframing->n_inner ? 0 : wrapping->n_answered;

	if (++unframing->n_pings > n_answered)
		keep_ping(unframing, item);
}

/* False: no further frame can be taken. */
static bool take_item(struct connections *all, const struct wrapping *wrapping,
	struct unframing *unframing, const struct websocket_item *item)
{
	unframing->end = item->event;
	switch (item->event) {
	case WEBSOCKET_EVENT_MESSAGE:
		return take_message_line(all, unframing, item);
	case WEBSOCKET_EVENT_PING:
		take_ping(wrapping, unframing, item);
		return true;
	case WEBSOCKET_EVENT_PIECE:
	case WEBSOCKET_EVENT_PONG:
		return true;
	case WEBSOCKET_EVENT_CLOSE:
	case WEBSOCKET_EVENT_ERROR:
		unframing->code = item->code;
		return !unframing->n_plain;
	}
	return false;
}

/* Read frames up to the end of the last whole message. What is behind it is read again. */
static void unframe(struct unframing *unframing, struct connections *all,
	const struct wrapping *wrapping, size_t n_inner)
{
	struct websocket_input input = { .bytes = all->inner, .length = n_inner };
	struct websocket frames = wrapping->frames;
	struct websocket_item item;

	unframing->frames = frames;
	unframing->n_skipped = wrapping->n_line_skipped;
	unframing->end = WEBSOCKET_EVENT_PIECE;
	while (unframing->n_plain < unframing->most && websocket_next(&frames, &input, &item) &&
		take_item(all, wrapping, unframing, &item)) {
		if (frames.opcode)
			continue;
		unframing->frames = frames;
		unframing->n_inner = input.at;
		unframing->n_pings = 0;
	}
	explicit_bzero(all->inner, n_inner);
}

static int remove_from_kernel(struct connection *connection, size_t bytes)
{
	while (bytes) {
		ssize_t n = stream_tcp.drop(connection, bytes);

		if (n == 0)
			return -ENODATA;
		if (n < 0 && errno != EINTR)
			return -errno;
		bytes -= n > 0 ? (size_t) n : 0;
	}
	return 0;
}

/* Change the slot, and remove the bytes from the kernel. */
static int settle(struct connection *connection, size_t wire_bytes)
{
	struct connections *all = connection->all;
	const struct wrapping *looked = &all->wrappings->looked;

	*wrapping_begin_change(all, connection->id) = *looked;
	wrapping_end_change(all);
	if (wrapping_owes_something(looked)) {
		connection->is_holding = true;
		connection_mark_dirty(connection);
	}
	return remove_from_kernel(connection, wire_bytes);
}

/* The place takes memory from now on, whether or not the look is removed. */
static void store_pong(struct connections *all, const struct unframing *unframing)
{
	struct wrapping *looked = &all->wrappings->looked;

	wrapping_find(all, looked->id)->has_place = looked->has_place = true;
	looked->pong ^= 1;
	looked->pong_length = unframing->ping_length;
	memcpy(wrapping_place(all, looked->id)->pongs[looked->pong], unframing->ping,
		unframing->ping_length);
}

/* The slot behind the messages that were read. */
static void note_frames(struct connections *all, const struct unframing *unframing)
{
	struct wrapping *looked = &all->wrappings->looked;

	looked->frames = unframing->frames;
	looked->n_line_skipped = unframing->n_skipped;
	looked->plain_taken += unframing->n_plain;
	looked->n_answered = unframing->n_pings;
	if (unframing->has_ping)
		store_pong(all, unframing);
	if (unframing->end == WEBSOCKET_EVENT_CLOSE && !unframing->n_plain)
		looked->close_code = unframing->code;
}

/* No edge reports input behind what one look can see. */
static bool has_more_input(const struct unwrapping *unwrapping)
{
	return unwrapping->end != TLS_OPENED_PARTIAL ||
	       unwrapping->n_wire == sizeof(unwrapping->all->wire);
}

/* No plain bytes follow from the records so far. */
static ssize_t no_plain_bytes(struct connection *connection, const struct unwrapping *unwrapping)
{
	int result = unwrapping->n_used ? settle(connection, unwrapping->n_used) : 0;

	errno = -result;
	if (result < 0)
		return -1;
	switch (unwrapping->end) {
	case TLS_OPENED_ERROR:
		wrapped_refuse_records(connection, unwrapping->alert);
		errno = EPROTO;
		return -1;
	case TLS_OPENED_CLOSE:
	case TLS_OPENED_ALERT:
		return 0;
	case TLS_OPENED_PARTIAL:
		if (has_more_input(unwrapping))
			break;
		if (connection->in.sees_end)
			return 0;
		errno = EINPROGRESS;
		return -1;
	case TLS_OPENED_DATA:
	case TLS_OPENED_NOTHING:
		break;
	}
	errno = EAGAIN;
	return -1;
}

static void note_look(struct connections *all, size_t n_plain, size_t n_wire)
{
	all->n_looked = n_plain;
	all->n_looked_wire = n_wire;
}

/* Without frames the inner bytes are the plain ones. */
static ssize_t look_at_records(
	struct connection *connection, char *bytes, size_t most, struct stream_end *ret_end)
{
	struct connections *all = connection->all;
	struct unwrapping unwrapping;
	ssize_t n = unwrap(&unwrapping, connection, bytes, most, ret_end);

	if (n <= 0)
		return n;
	if (!unwrapping.n_inner)
		return no_plain_bytes(connection, &unwrapping);
	all->wrappings->looked.plain_taken += unwrapping.n_inner;
	ret_end->has_more |= has_more_input(&unwrapping);
	note_look(all, unwrapping.n_inner, unwrapping.n_used);
	return (ssize_t) unwrapping.n_inner;
}

/* No line follows from the frames so far. */
static ssize_t no_lines(struct connection *connection, const struct unwrapping *unwrapping,
	const struct unframing *unframing, struct stream_end *ret_end)
{
	int result;

	if (unframing->end == WEBSOCKET_EVENT_ERROR) {
		wrapped_refuse_frames(connection, unframing->code);
		errno = EPROTO;
		return -1;
	}
	if (!unframing->n_inner && !unframing->has_ping)
		return no_plain_bytes(connection, unwrapping);
	ret_end->noise += unframing->n_inner;
	result = settle(connection, unwrapping->n_used);
	errno = result ? -result : EAGAIN;
	return !result && unframing->end == WEBSOCKET_EVENT_CLOSE ? 0 : -1;
}

/* Can the look not grow, whatever else arrives? */
static bool has_full_look(const struct unwrapping *unwrapping)
{
	return unwrapping->n_inner == sizeof(unwrapping->all->inner) ||
	       unwrapping->n_wire == sizeof(unwrapping->all->wire);
}

/* A message is read from its start again until it is whole. One that has so many pieces, or Pings
 * between them, that it never will be is refused. */
static void refuse_endless_message(struct unframing *unframing, const struct unwrapping *unwrapping)
{
	if (unframing->n_inner || unframing->n_plain || !has_full_look(unwrapping))
		return;
	unframing->end = WEBSOCKET_EVENT_ERROR;
	unframing->code = WEBSOCKET_CODE_TOO_BIG;
	unframing->has_ping = false;
}

/* Inner bytes behind the last whole message are not removed with it. */
static bool unwrap_again(struct unwrapping *unwrapping, struct connection *connection, size_t most)
{
	const struct unwrapping whole = *unwrapping;
	struct stream_end ignored = { 0 };

	if (unwrapping->n_inner == most)
		return true;
	if (unwrap(unwrapping, connection, connection->all->inner, most, &ignored) <= 0)
		return false;
	explicit_bzero(connection->all->inner, most);
	unwrapping->end = whole.end;
	unwrapping->alert = whole.alert;
	return true;
}

static ssize_t look_at_frames(
	struct connection *connection, char *bytes, size_t most, struct stream_end *ret_end)
{
	struct connections *all = connection->all;
	struct unframing unframing = { .plain = bytes, .most = most };
	struct unwrapping unwrapping;
	ssize_t n = unwrap(&unwrapping, connection, all->inner, sizeof(all->inner), ret_end);

	if (n <= 0)
		return n;
	if (!unwrapping.n_inner)
		return no_plain_bytes(connection, &unwrapping);
	unframe(&unframing, all, &all->wrappings->looked, unwrapping.n_inner);
	refuse_endless_message(&unframing, &unwrapping);
	if (!unwrap_again(&unwrapping, connection, unframing.n_inner))
		return -1;
	note_frames(all, &unframing);
	if (!unframing.n_plain)
		return no_lines(connection, &unwrapping, &unframing, ret_end);
	ret_end->has_more |= has_more_input(&unwrapping) ||
			     unframing.end == WEBSOCKET_EVENT_CLOSE ||
			     unframing.end == WEBSOCKET_EVENT_ERROR;
	note_look(all, unframing.n_plain, unwrapping.n_used);
	return (ssize_t) unframing.n_plain;
}

ssize_t wrapped_look(
	struct connection *connection, char *bytes, size_t most, struct stream_end *ret_end)
{
	const struct wrapping *wrapping = wrapping_find(connection->all, connection->id);

	note_look(connection->all, 0, 0);
	if ((wrapping->keys.flags & TLS_READ_ENDED) || wrapping->frames.is_over)
		return 0;
	if (wrapping->has_frames)
		return look_at_frames(connection, bytes, most, ret_end);
	return look_at_records(connection, bytes, most, ret_end);
}

/* Only a part of the last look, or of another process's, is removed. */
static ssize_t look_for_removal(struct connection *connection, size_t bytes)
{
	struct connections *all = connection->all;
	struct stream_end end = { 0 };
	ssize_t n = wrapped_look(connection, all->output, bytes, &end);

	if (n > 0)
		explicit_bzero(all->output, (size_t) n);
	return n;
}

/* Input of a closing connection is not opened. */
ssize_t wrapped_drop(struct connection *connection, size_t bytes)
{
	struct connections *all = connection->all;
	ssize_t n = (ssize_t) bytes;
	int result;

	if (connection_is_closing(connection))
		return stream_tcp.drop(connection, bytes);
	if (all->n_looked != bytes || all->wrappings->looked.id != connection->id)
		n = look_for_removal(connection, bytes);
	if (n <= 0)
		return n;
	all->n_looked = 0;
	result = settle(connection, all->n_looked_wire);
	errno = -result;
	return result ? -1 : n;
}
