/* Owns half lines that were taken out of the kernel before they were told of, in memory that
 * survives us. What is here counts only up to what the kernel has really given away.
 *
 * What is read from TCP is taken at once, straight into such memory, as a look and a taking
 * are two system calls; what is left of it waits here. Other input is looked at first, and half
 * a line of it mostly stays in the kernel. But the kernel counts a piece of the stream, which
 * may be large, as unread until its last byte is taken, and lets the peer send no more when
 * it counts too much: so what lies behind a large piece is written here, and taken then. */
#include <string.h>
#include <sys/mman.h>

#include "net/connection.h"

static struct half_line *head_of(const struct connection *connection)
{
	return connection->half ? &connection->all->halves->heads[connection->half - 1] : NULL;
}

static char *bytes_of(const struct connection *connection)
{
	return connection->all->halves->bytes[connection->half - 1];
}

/* What was told of since is at its front, and does not count any more. */
size_t connection_half(const struct connection *connection)
{
	const struct half_line *head = head_of(connection);

	return head ? (size_t) (head->offset + head->length - connection->taken) : 0;
}

size_t connection_fetch_half(struct connection *connection)
{
	const struct half_line *head = head_of(connection);
	size_t length = connection_half(connection);

	if (length)
		memcpy(connection->all->input,
			bytes_of(connection) + (connection->taken - head->offset), length);
	return length;
}

/* Whoever has no socket yet may find it to be his. */
static bool is_used(const struct connections *all, uint32_t i)
{
	const struct connection *connection = connections_find_any(all, all->halves->heads[i].id);

	return all->halves->heads[i].id && connection &&
	       (connection->half == i + 1 || connection_is_detached(connection));
}

/* The last one that was let go first: its memory is there already. */
static bool take_place(struct connection *connection)
{
	struct connections *all = connection->all;

	if (connection->half)
		return true;
	if (!all->halves || all->n_halves == HALF_LINES)
		return false;
	for (uint32_t i = all->free_half; !connection->half; i = (i + 1) % HALF_LINES)
		if (!is_used(all, i))
			connection->half = (uint16_t) (i + 1);
	all->n_halves++;
	all->free_half = connection->half % HALF_LINES;
	head_of(connection)->length = 0;
	head_of(connection)->id = connection->id;
	return true;
}

/* Once what was here has been told of, it may be overwritten: nobody will ask for it. */
bool connection_keep_half(struct connection *connection, const char *bytes, size_t length)
{
	struct half_line *head;

	if (length > HALF_LINE_BYTES || !take_place(connection))
		return false;
	head = head_of(connection);
	memcpy(bytes_of(connection), bytes, length);
	head->offset = connection->taken;
	__atomic_store_n(&head->length, (uint32_t) length, __ATOMIC_SEQ_CST);
	return true;
}

bool connection_lengthen_half(struct connection *connection, const char *bytes, size_t length)
{
	struct half_line *head = head_of(connection);

	if (!head || length > HALF_LINE_BYTES - head->length)
		return false;
	memcpy(bytes_of(connection) + head->length, bytes, length);
	__atomic_store_n(&head->length, head->length + (uint32_t) length, __ATOMIC_SEQ_CST);
	return true;
}

void connection_drop_half(struct connection *connection)
{
	struct connections *all = connection->all;

	if (!connection->half)
		return;
	all->halves->heads[connection->half - 1].id = 0;
	all->free_half = connection->half - 1u;
	all->n_halves--;
	connection->half = 0;
}

/* As much as a place has room for, as all of it may be left. */
size_t connection_begin_taking(struct connection *connection, size_t most)
{
	struct half_line *reading;
	size_t bytes = most < HALF_LINE_BYTES ? most : HALF_LINE_BYTES;

	if (!connection->all->halves || connection->all->n_halves == HALF_LINES)
		return 0;
	reading = &connection->all->halves->reading;
	__atomic_store_n(&reading->id, 0, __ATOMIC_SEQ_CST);
	reading->offset = connection->taken;
	reading->length = (uint32_t) bytes;
	__atomic_store_n(&reading->id, connection->id, __ATOMIC_SEQ_CST);
	return bytes;
}

static bool holds(const struct half_line *head, const struct connection *connection, uint64_t end)
{
	return head->id == connection->id && head->offset <= connection->taken &&
	       head->length <= HALF_LINE_BYTES && head->offset + head->length >= end;
}

/* It was just being read. */
static bool find_in_input(struct connection *connection, uint64_t end)
{
	const struct half_lines *halves = connection->all->halves;
	const struct half_line *reading = &halves->reading;

	return holds(reading, connection, end) &&
	       connection_keep_half(connection,
		       halves->input + (connection->taken - reading->offset),
		       (size_t) (end - connection->taken));
}

bool connection_find_half(struct connection *connection, uint64_t end)
{
	struct connections *all = connection->all;

	for (uint32_t i = 0; all->halves && i < HALF_LINES; i++) {
		struct half_line *head = &all->halves->heads[i];

		if (!holds(head, connection, end))
			continue;
		head->length = (uint32_t) (end - head->offset);
		connection->half = (uint16_t) (i + 1);
		all->n_halves++;
		return true;
	}
	return all->halves && find_in_input(connection, end);
}

static void use_halves(struct connections *connections, struct half_lines *halves)
{
	connections->halves = halves;
	connections->input = halves ? halves->input : connections->own_input;
}

void connections_keep_halves(struct connections *connections, struct half_lines *halves)
{
	connections_free_halves(connections);
	use_halves(connections, halves);
	connections->has_own_halves = false;
}

void connections_make_halves(struct connections *connections)
{
	void *memory = mmap(NULL, sizeof(struct half_lines), PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	use_halves(connections, memory == MAP_FAILED ? NULL : memory);
	connections->has_own_halves = connections->halves;
}

void connections_free_halves(struct connections *connections)
{
	if (connections->has_own_halves)
		munmap(connections->halves, sizeof(struct half_lines));
	use_halves(connections, NULL);
}
