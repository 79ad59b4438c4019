/* Owns streams of TLS records over TCP: how they are opened and sealed. See wrapping.h for what a
 * crash must not break. */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "net/connection.h"
#include "tls/open.h"
#include "tls/seal.h"

/* Records in the kernel, from the first that was not removed, and their plain bytes. */
struct unwrapping {
	struct connections *all;
	struct wrapping *after; /* the slot, as it is behind the plain bytes */
	size_t n_wire;
	size_t n_used; /* wire bytes of records that were opened wholly */
	char *plain;
	size_t n_plain;
	size_t most;
	enum tls_opened_kind end; /* why no further record was opened; DATA: no more room */
	uint8_t alert;
};

static bool owes_something(const struct tls_keys *keys)
{
	return keys->flags & (TLS_OWES_UPDATE | TLS_OWES_REFUSAL);
}

static void move_past(struct unwrapping *unwrapping, size_t bytes)
{
	unwrapping->n_used += bytes;
	unwrapping->after->wire_taken += bytes;
	unwrapping->after->n_skipped = 0;
}

/* If the plain bytes do not fit, the record is opened again for the rest. */
static void take_plain(struct unwrapping *unwrapping, const struct tls_opened *opened)
{
	struct wrapping *after = unwrapping->after;
	size_t skipped = after->n_skipped < opened->length ? after->n_skipped : opened->length;
	size_t length = opened->length - skipped;
	size_t room = unwrapping->most - unwrapping->n_plain;
	size_t taken = length < room ? length : room;

	memcpy(unwrapping->plain + unwrapping->n_plain, opened->data + skipped, taken);
	explicit_bzero((void *) (uintptr_t) opened->data, opened->length);
	unwrapping->n_plain += taken;
	after->plain_taken += taken;
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
		take_plain(unwrapping, &opened);
		return unwrapping->n_plain < unwrapping->most;
	case TLS_OPENED_NOTHING:
		move_past(unwrapping, opened.taken);
		return true;
	case TLS_OPENED_PARTIAL:
		return false;
	case TLS_OPENED_CLOSE:
	case TLS_OPENED_ALERT:
	case TLS_OPENED_ERROR:
		if (unwrapping->n_plain)
			after->keys = all->wrappings->before;
		else
			move_past(unwrapping, opened.taken);
		return false;
	}
	return false;
}

/* Open records for at most that many plain bytes. The result is that of recv(2) for the wire. */
static ssize_t unwrap(struct unwrapping *unwrapping, struct connection *connection, char *plain,
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
		.plain = plain,
		.most = most,
	};
	*unwrapping->after = *wrapping_find(all, connection->id);
	while (open_record(unwrapping))
		continue;
	return n;
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

/* Change the slot, and remove the records from the kernel. */
static int settle(struct connection *connection, size_t wire_bytes)
{
	struct wrappings *wrappings = connection->all->wrappings;

	*wrapping_begin_change(connection->all, connection->id) = wrappings->looked;
	wrapping_end_change(connection->all);
	if (owes_something(&wrappings->looked.keys)) {
		connection_set_holding(connection, true);
		connection_mark_dirty(connection);
	}
	return remove_from_kernel(connection, wire_bytes);
}

/* Seal something into the output and send it. What the kernel does not accept is kept. */
static ssize_t send_sealed(struct connection *connection, struct wrapping *changed, size_t length)
{
	struct connections *all = connection->all;
	struct wrapped_output *output = &all->wrappings->output;
	struct wrapping *wrapping;
	ssize_t n;

	output->from = changed->wire_written;
	output->length = (uint32_t) length;
	changed->wire_written += length;
	__atomic_store_n(&output->id, connection->id, __ATOMIC_SEQ_CST);
	wrapping_end_change(all);
	n = send(connection->fd, output->bytes, length, MSG_NOSIGNAL);
	if (n < 0 && !connection_may_pass(errno))
		return n;
	wrapping = wrapping_find(all, connection->id);
	wrapping->wire_sent += n > 0 ? (uint64_t) n : 0;
	connection_set_holding(connection, wrapping->wire_sent != wrapping->wire_written);
	if (connection->out.is_holding)
		wrapping_keep_rest(all, wrapping, output->bytes + (n > 0 ? n : 0),
			length - (n > 0 ? (size_t) n : 0));
	return (ssize_t) length;
}

/* False: not everything was accepted, see errno. */
static bool send_rest(struct connection *connection, struct wrapping *wrapping)
{
	size_t left = (size_t) (wrapping->wire_written - wrapping->wire_sent);
	const uint8_t *bytes = wrapping_place(connection->all, wrapping->id) +
			       (wrapping->wire_sent - wrapping->rest_from);
	ssize_t n;

	if (!left)
		return true;
	n = send(connection->fd, bytes, left, MSG_NOSIGNAL);
	if (n < 0)
		return false;
	wrapping->wire_sent += (uint64_t) n;
	errno = EAGAIN;
	if ((size_t) n < left)
		return false;
	wrapping_drop_rest(connection->all, wrapping);
	return true;
}

static struct wrapping *begin_output(struct connection *connection)
{
	__atomic_store_n(&connection->all->wrappings->output.id, 0, __ATOMIC_SEQ_CST);
	return wrapping_begin_change(connection->all, connection->id);
}

static ssize_t seal_and_send(struct connection *connection, const char *bytes, size_t length)
{
	struct connections *all = connection->all;
	const struct iovec piece = { (void *) (uintptr_t) bytes, length };
	struct wrapping *changed = begin_output(connection);
	size_t n = tls_seal(all->crypto, &changed->keys, &piece, 1, all->wrappings->output.bytes);

	changed->plain_written += length;
	return send_sealed(connection, changed, n) < 0 ? -1 : (ssize_t) length;
}

static bool seal_alert(struct connection *connection, enum tls_alert alert)
{
	struct connections *all = connection->all;
	struct wrapping *changed = begin_output(connection);
	size_t n = tls_seal_alert(all->crypto, &changed->keys, alert, all->wrappings->output.bytes);

	return n && send_sealed(connection, changed, n) >= 0;
}

/* The peer learns what was wrong, if everything else has been sent. */
static ssize_t refuse_records(struct connection *connection, uint8_t alert)
{
	const struct wrapping *wrapping = wrapping_find(connection->all, connection->id);

	if (wrapping->wire_sent == wrapping->wire_written)
		(void) seal_alert(connection, alert);
	errno = EPROTO;
	return -1;
}

/* No plain bytes follow from the records so far. */
static ssize_t nothing_plain(struct connection *connection, const struct unwrapping *unwrapping)
{
	int result = unwrapping->n_used ? settle(connection, unwrapping->n_used) : 0;

	if (result < 0) {
		errno = -result;
		return -1;
	}
	switch (unwrapping->end) {
	case TLS_OPENED_ERROR:
		return refuse_records(connection, unwrapping->alert);
	case TLS_OPENED_CLOSE:
	case TLS_OPENED_ALERT:
		return 0;
	case TLS_OPENED_PARTIAL:
		if (connection->in.sees_end)
			return 0;
		errno = unwrapping->n_used < unwrapping->n_wire ? EINPROGRESS : EAGAIN;
		return -1;
	case TLS_OPENED_DATA:
	case TLS_OPENED_NOTHING:
		break;
	}
	errno = EAGAIN;
	return -1;
}

static ssize_t look_wrapped(
	struct connection *connection, char *bytes, size_t most, struct stream_end *ret_end)
{
	const struct wrapping *wrapping = wrapping_find(connection->all, connection->id);
	struct unwrapping unwrapping;
	ssize_t n;

	if (wrapping->keys.flags & TLS_READ_ENDED)
		return 0;
	n = unwrap(&unwrapping, connection, bytes, most, ret_end);
	connection->all->n_looked = 0;
	if (n <= 0)
		return n;
	if (!unwrapping.n_plain)
		return nothing_plain(connection, &unwrapping);
	ret_end->has_more |= unwrapping.end != TLS_OPENED_PARTIAL ||
			     unwrapping.n_wire == sizeof(connection->all->wire);
	connection->all->n_looked = unwrapping.n_plain;
	connection->all->n_looked_wire = unwrapping.n_used;
	return (ssize_t) unwrapping.n_plain;
}

/* Only a part of the last look, or of another process's, is removed. */
static ssize_t drop_again(struct connection *connection, size_t bytes)
{
	struct connections *all = connection->all;
	struct stream_end end = { 0 };
	struct unwrapping unwrapping;
	ssize_t n = unwrap(&unwrapping, connection, all->output, bytes, &end);
	int result;

	if (n <= 0)
		return n;
	explicit_bzero(all->output, unwrapping.n_plain);
	result = settle(connection, unwrapping.n_used);
	if (result == 0 && unwrapping.n_plain)
		return (ssize_t) unwrapping.n_plain;
	errno = result ? -result : EPROTO;
	return -1;
}

/* Input of a closing connection is not opened. */
static ssize_t drop_wrapped(struct connection *connection, size_t bytes)
{
	struct connections *all = connection->all;
	bool is_all_looked = all->n_looked == bytes && all->wrappings->looked.id == connection->id;
	int result;

	if (connection_is_closing(connection))
		return stream_tcp.drop(connection, bytes);
	all->n_looked = 0;
	if (!is_all_looked)
		return drop_again(connection, bytes);
	result = settle(connection, all->n_looked_wire);
	if (result == 0)
		return (ssize_t) bytes;
	errno = -result;
	return -1;
}

static ssize_t write_wrapped(struct connection *connection, const char *bytes, size_t *length)
{
	struct wrapping *wrapping = wrapping_find(connection->all, connection->id);

	if (!send_rest(connection, wrapping))
		return -1;
	connection_set_holding(connection, false);
	if (!*length && !owes_something(&wrapping->keys))
		return 0;
	if (!tls_can_seal(&wrapping->keys)) {
		errno = EPIPE;
		return -1;
	}
	return seal_and_send(connection, bytes, *length);
}

/* close_notify is the last record. */
static bool say_goodbye_wrapped(struct connection *connection)
{
	const struct wrapping *wrapping = wrapping_find(connection->all, connection->id);

	if (!(wrapping->keys.flags & TLS_WRITE_ENDED))
		(void) seal_alert(connection, TLS_ALERT_CLOSE_NOTIFY);
	return !connection->out.is_holding;
}

static void end_output_wrapped(const struct connection *connection)
{
	stream_tcp.end_output(connection);
}

static bool is_delivered_wrapped(const struct connection *connection)
{
	return stream_tcp.is_delivered(connection);
}

/* Records stay in the kernel until they are whole. */
static void begin_wrapped(struct connection *connection, uint64_t written, uint64_t taken)
{
	const struct wrapping *wrapping = wrapping_find(connection->all, connection->id);

	(void) written, (void) taken;
	connection_enlarge_receive_buffer(connection);
	connection->out.is_holding =
		wrapping->wire_sent != wrapping->wire_written || owes_something(&wrapping->keys);
}

/* Remove what the crashed process was about to remove. */
static int finish_removal(int fd, const struct wrapping *wrapping, uint64_t taken)
{
	while (taken < wrapping->wire_taken) {
		ssize_t n = recv(fd, NULL, (size_t) (wrapping->wire_taken - taken),
			MSG_DONTWAIT | MSG_TRUNC);

		if (n == 0 || (n < 0 && errno != EINTR))
			return -EBADMSG;
		taken += n > 0 ? (uint64_t) n : 0;
	}
	return 0;
}

/* The kernel may have counted the end of a dead connection as a byte of input. */
static int compare_wire(const struct connection *connection, int fd, struct wrapping *wrapping,
	const struct stream_progress *wire)
{
	if (wire->is_dead || connection_is_closing(connection))
		return 0;
	if (wire->taken > wrapping->wire_taken || wrapping->wire_taken - wire->taken > wire->unread)
		return -EBADMSG;
	return finish_removal(fd, wrapping, wire->taken);
}

static int ask_wrapped(
	const struct connection *connection, int fd, struct stream_progress *ret_progress)
{
	struct wrapping *wrapping = wrapping_find(connection->all, connection->id);
	struct stream_progress wire;
	int result;

	if (!wrapping || !tls_keys_are_valid(&wrapping->keys))
		return -EBADMSG;
	result = stream_tcp.ask(connection, fd, &wire);
	if (result == 0)
		result = compare_wire(connection, fd, wrapping, &wire);
	if (result < 0)
		return result;
	if (!wire.is_dead && !wrapping_find_rest(connection->all, wrapping, wire.written))
		return -EBADMSG;
	*ret_progress = (struct stream_progress){
		.written = wrapping->plain_written,
		.taken = wrapping->plain_taken,
		.unread = wire.unread,
		.is_dead = wire.is_dead,
	};
	return 0;
}

const struct stream stream_wrapped = {
	.most_written = WRAPPED_PLAIN_BYTES,
	.look = look_wrapped,
	.drop = drop_wrapped,
	.write = write_wrapped,
	.say_goodbye = say_goodbye_wrapped,
	.end_output = end_output_wrapped,
	.is_delivered = is_delivered_wrapped,
	.begin = begin_wrapped,
	.ask = ask_wrapped,
};
