/* Owns the notes of how far the system calls on a Unix socket have come, as the kernel does
 * not count for it. They are the only thing that must survive a death between a system call
 * and the next; whoever dies inside leaves is_busy behind. */
#include "net/connection.h"
#include "net/resume.h"

struct position *connection_position(const struct connection *connection)
{
	const struct connections *all = connection->all;

	if (!connection->is_unix || (uint32_t) connection->id >= all->n_positions)
		return NULL;
	return &all->positions[(uint32_t) connection->id];
}

static void set_busy(struct position *position, uint32_t is_busy)
{
	/* The compiler must not move what is noted across this. */
	__atomic_store_n(&position->is_busy, is_busy, __ATOMIC_SEQ_CST);
}

void connection_begin_call(const struct connection *connection)
{
	struct position *position = connection_position(connection);

	if (position)
		set_busy(position, 1);
}

void connection_end_call(const struct connection *connection, size_t written, size_t taken)
{
	struct position *position = connection_position(connection);

	if (!position)
		return;
	position->written += written;
	position->taken += taken;
	set_busy(position, 0);
}

void connection_note_position(const struct connection *connection)
{
	struct position *position = connection_position(connection);

	if (!position)
		return;
	set_busy(position, 1);
	position->id = connection->id;
	position->written = connection->written;
	position->taken = connection->taken + connection_half(connection);
	set_busy(position, 0);
}

void connections_keep_positions(
	struct connections *connections, struct position *positions, uint32_t n_positions)
{
	connections->positions = positions;
	connections->n_positions = n_positions;
	for (uint32_t i = 0; i < connections->n_slots; i++)
		if (connections->slots[i].connection &&
			!connection_is_detached(connections->slots[i].connection))
			connection_note_position(connections->slots[i].connection);
}
