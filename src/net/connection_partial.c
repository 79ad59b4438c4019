/* Owns partial lines, in places: memory that the next process inherits after a crash. A place is
 * valid only up to the bytes that were really taken from the kernel.
 *
 * A partial line must not stay in the kernel. The kernel counts a piece of the stream, which may
 * be large, as unread until its last byte is taken, and stops the peer when it counts too much: the
 * rest of the line could then never arrive. So each partial line is stored here.
 *
 * While a connection is read, the input buffer holds its stored bytes and the new ones, and
 * `reading` says so: until the place is right again, the next process finds them there.
 *
 * When all places are taken, whole lines are still read, but the partial line behind them has to
 * stay. Its connection gets a receive buffer that such a piece cannot fill, and waits here for a
 * place. */
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>

#include "base/publish.h"
#include "net/connection.h"

static struct partial_line *head_of(const struct connection *connection)
{
	return connection->partial_place
		       ? &connection->all->partials->heads[connection->partial_place - 1]
		       : NULL;
}

/* Set the length in the connection's place. */
static void set_partial_length(struct connection *connection, size_t length)
{
	struct partial_line *head =
		&connection->all->partials->heads[connection->partial_place - 1];

	PUBLISH(&head->length, (uint32_t) length);
}

static char *bytes_of(const struct connection *connection)
{
	return connection->all->partials->bytes[connection->partial_place - 1];
}

/* Bytes that were reported since are at the front of the place and no longer count. */
size_t connection_partial_bytes(const struct connection *connection)
{
	const struct partial_line *head = head_of(connection);

	return head ? (size_t) (head->offset + head->length - connection->in.taken) : 0;
}

size_t connection_fetch_partial(struct connection *connection)
{
	const struct partial_line *head = head_of(connection);
	size_t length = connection_partial_bytes(connection);

	if (length)
		memcpy(connection->all->input,
			bytes_of(connection) + (connection->in.taken - head->offset), length);
	return length;
}

/* A connection without a socket may still need the contents of its place. */
static bool is_used(const struct connections *all, uint32_t i)
{
	const struct connection *connection = connections_find_any(all, all->partials->heads[i].id);

	return all->partials->heads[i].id && connection &&
	       (connection->partial_place == i + 1 || connection_is_detached(connection));
}

/* Find a free place, from 1; 0: none. The last released place comes first, as its memory exists
 * already. A place with the connection's own id, from before a crash, is free for it. */
static uint16_t find_place(const struct connection *connection)
{
	struct connections *all = connection->all;

	if (connection->partial_place)
		return connection->partial_place;
	for (uint32_t n = 0; all->partials && all->n_partials < PARTIAL_LINES && n < PARTIAL_LINES;
		n++) {
		uint32_t i = (all->free_partial + n) % PARTIAL_LINES;

		if (all->partials->heads[i].id == connection->id || !is_used(all, i)) {
			all->free_partial = i;
			return (uint16_t) (i + 1);
		}
	}
	all->may_have_place = false;
	return 0;
}

bool connection_has_place(const struct connection *connection)
{
	return find_place(connection);
}

static bool take_place(struct connection *connection)
{
	struct connections *all = connection->all;
	uint16_t place = find_place(connection);

	if (!place || connection->partial_place)
		return place;
	connection->partial_place = place;
	all->n_partials++;
	all->free_partial = place % PARTIAL_LINES;
	set_partial_length(connection, 0);
	head_of(connection)->id = connection->id;
	return true;
}

/* The contents of the place are in the input buffer too, see connection_begin_reading(). */
bool connection_keep_partial(struct connection *connection, const char *bytes, size_t length)
{
	size_t old_length;

	if (length > PARTIAL_LINE_BYTES || !take_place(connection))
		return false;
	old_length = head_of(connection)->length;
	set_partial_length(connection, 0);
	memcpy(bytes_of(connection), bytes, length);
	if (old_length > length)
		explicit_bzero(bytes_of(connection) + length, old_length - length);
	connection->all->partials->heads[connection->partial_place - 1].offset =
		connection->in.taken;
	set_partial_length(connection, length);
	return true;
}

bool connection_extend_partial(struct connection *connection, const char *bytes, size_t length)
{
	struct partial_line *head = head_of(connection);

	if (!head || length > PARTIAL_LINE_BYTES - head->length)
		return false;
	memcpy(bytes_of(connection) + head->length, bytes, length);
	set_partial_length(connection, head->length + length);
	return true;
}

/* Reported bytes are at the front of the place. */
static void wipe_told(struct connection *connection)
{
	const struct partial_line *head = head_of(connection);

	if (head && connection->in.taken > head->offset)
		explicit_bzero(
			bytes_of(connection), head->length - connection_partial_bytes(connection));
}

void connection_wipe_input(struct connection *connection)
{
	struct connections *all = connection->all;

	explicit_bzero(all->input, all->n_input);
	all->wipes_input = false;
	wipe_told(connection);
}

void connections_note_place(struct connections *all)
{
	all->may_have_place = true;
	if (all->waiting.count)
		loop_again(all->loop);
}

void connection_drop_partial(struct connection *connection)
{
	struct connections *all = connection->all;

	if (!connection->partial_place)
		return;
	explicit_bzero(bytes_of(connection), head_of(connection)->length);
	all->partials->heads[connection->partial_place - 1].id = 0;
	all->free_partial = connection->partial_place - 1u;
	all->n_partials--;
	connection->partial_place = 0;
	connections_note_place(all);
}

size_t connection_begin_reading(struct connection *connection, size_t have, size_t most)
{
	size_t bytes = most < PARTIAL_LINE_BYTES - have ? most : PARTIAL_LINE_BYTES - have;
	struct partial_line *reading;

	if (!connection->all->partials)
		return bytes;
	reading = &connection->all->partials->reading;
	PUBLISH(&reading->id, 0);
	reading->offset = connection->in.taken;
	reading->length = (uint32_t) (have + bytes);
	PUBLISH(&reading->id, connection->id);
	return bytes;
}

/* The kernel closes the window of a TCP connection when unread pieces take half of the buffer or
 * leave less room than one segment. RECEIVE_BYTES is more than a piece of 64 KiB needs. */
void connection_enlarge_receive_buffer(const struct connection *connection)
{
	int bytes = 0, wanted = RECEIVE_BYTES;
	socklen_t length = sizeof(bytes);

	if (getsockopt(connection->fd, SOL_SOCKET, SO_RCVBUF, &bytes, &length) == 0 &&
		bytes < wanted)
		(void) setsockopt(connection->fd, SOL_SOCKET, SO_RCVBUF, &wanted, sizeof(wanted));
}

/* Otherwise ended connections would accumulate in the list while no place is free. */
static void forget_gone_waiting(struct connections *all)
{
	struct id_list *list = &all->waiting;
	size_t count = 0;

	if (list->count < 2 * all->count + 64)
		return;
	for (size_t i = 0; i < list->count; i++)
		if (connections_find_any(all, list->ids[i]))
			list->ids[count++] = list->ids[i];
	list->count = count;
}

void connection_wait_for_place(struct connection *connection)
{
	struct connections *all = connection->all;

	if (connection->is_waiting)
		return;
	connection->is_waiting = true;
	if (connection->stream == STREAM_KIND_TCP)
		connection_enlarge_receive_buffer(connection);
	forget_gone_waiting(all);
	connections_put_off(all, &all->waiting, connection->id);
}

/* At the end of a turn, wake one connection for each free place. If it needs none, the next
 * connection gets the place at the end of the turn in which this one was read. */
void connections_wake_waiting(struct connections *all)
{
	size_t n_places = PARTIAL_LINES - all->n_partials;
	size_t done = 0;

	if (!n_places)
		all->may_have_place = false;
	for (; all->may_have_place && n_places && done < all->waiting.count; done++) {
		struct connection *connection = connections_find_any(all, all->waiting.ids[done]);

		if (!connection)
			continue;
		connection->is_waiting = false;
		connection_read_later(connection);
		n_places--;
	}
	connections_drop_ids(&all->waiting, done);
}

static bool holds_input_of(
	const struct partial_line *head, const struct connection *connection, uint64_t end)
{
	return head->id == connection->id && head->offset <= connection->in.taken &&
	       head->length <= PARTIAL_LINE_BYTES && head->offset + head->length >= end;
}

/* The connection was being read during the crash. */
static bool find_in_input(struct connection *connection, uint64_t end)
{
	const struct partial_lines *partials = connection->all->partials;
	const struct partial_line *reading = &partials->reading;

	return holds_input_of(reading, connection, end) &&
	       connection_keep_partial(connection,
		       partials->input + (connection->in.taken - reading->offset),
		       (size_t) (end - connection->in.taken));
}

bool connection_find_partial(struct connection *connection, uint64_t end)
{
	struct connections *all = connection->all;

	for (uint32_t i = 0; all->partials && i < PARTIAL_LINES; i++) {
		struct partial_line *head = &all->partials->heads[i];

		if (!holds_input_of(head, connection, end))
			continue;
		head->length = (uint32_t) (end - head->offset);
		connection->partial_place = (uint16_t) (i + 1);
		all->n_partials++;
		return true;
	}
	return all->partials && find_in_input(connection, end);
}

uint64_t connection_stored_end(const struct connection *connection)
{
	const struct partial_lines *partials = connection->all->partials;

	for (uint32_t i = 0; partials && i < PARTIAL_LINES; i++)
		if (holds_input_of(&partials->heads[i], connection, connection->in.taken + 1))
			return partials->heads[i].offset + partials->heads[i].length;
	return connection->in.taken;
}

static void wipe_place(struct connections *all, uint32_t i)
{
	struct partial_line *head = &all->partials->heads[i];

	explicit_bzero(all->partials->bytes[i],
		head->length < PARTIAL_LINE_BYTES ? head->length : PARTIAL_LINE_BYTES);
	head->id = 0;
}

void connections_forget_lost_input(struct connections *connections)
{
	struct partial_lines *partials = connections->partials;

	if (!partials)
		return;
	for (uint32_t i = 0; i < PARTIAL_LINES; i++)
		if (partials->heads[i].id && !is_used(connections, i))
			wipe_place(connections, i);
	if (!connections_find_detached(connections, partials->reading.id))
		explicit_bzero(partials->input, sizeof(partials->input));
}

static void use_partials(struct connections *connections, struct partial_lines *partials)
{
	connections->partials = partials;
	connections->input = partials ? partials->input : connections->own_input;
}

void connections_keep_partials(struct connections *connections, struct partial_lines *partials)
{
	connections_free_partials(connections);
	use_partials(connections, partials);
	connections->has_own_partials = false;
}

void connections_make_partials(struct connections *connections)
{
	void *memory = mmap(NULL, sizeof(struct partial_lines), PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	use_partials(connections, memory == MAP_FAILED ? NULL : memory);
	connections->has_own_partials = connections->partials;
}

void connections_free_partials(struct connections *connections)
{
	if (connections->has_own_partials)
		munmap(connections->partials, sizeof(struct partial_lines));
	use_partials(connections, NULL);
}
