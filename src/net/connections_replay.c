/* Owns what the log tells of detached connections, in the order of its happening. */
#include "net/connection.h"

static struct connection *find_detached(const struct connections *all, uint64_t id)
{
	struct connection *connection = connections_find_any(all, id);

	return connection && connection_is_detached(connection) ? connection : NULL;
}

bool connections_add_detached(struct connections *connections, uint64_t id)
{
	uint32_t slot = (uint32_t) id;
	struct connection *before =
		slot < connections->n_slots ? connections->slots[slot].connection : NULL;

	/* What that one waited for, perhaps for its output to go out, had happened. */
	if (before && connection_is_detached(before))
		connection_free(before);
	else if (before && before->is_closing)
		connection_sweep(before);
	return connections_take_slot_of(connections, id) != NULL;
}

/* The first thing taken shows that it is no other protocol. */
static void take(struct connection *connection, uint32_t bytes, bool is_swallowing)
{
	connection->taken += bytes;
	connection->is_checked = true;
	connection->is_swallowing = is_swallowing;
}

void connection_consume(
	struct connections *connections, uint64_t id, uint32_t bytes, bool is_too_long)
{
	struct connection *connection = find_detached(connections, id);

	if (!connection)
		return;
	take(connection, bytes, is_too_long);
	if (!is_too_long)
		connection->noise = 0;
}

void connection_note_noise(
	struct connections *connections, uint64_t id, uint32_t bytes, bool is_swallowing)
{
	struct connection *connection = find_detached(connections, id);

	if (!connection)
		return;
	take(connection, bytes, is_swallowing);
	connection->noise += bytes;
}

/* If the log ends here, the overflow itself is still to be told of. */
void connection_note_cut(struct connections *connections, uint64_t id, uint64_t bytes)
{
	struct connection *connection = find_detached(connections, id);

	if (!connection)
		return;
	connection->is_overflowing = true;
	if (bytes < connection->written + connection->queue.bytes)
		queue_cut(&connection->queue, &connections->pool,
			bytes > connection->written ? (size_t) (bytes - connection->written) : 0);
}

void connection_note_overflow(struct connections *connections, uint64_t id)
{
	struct connection *connection = find_detached(connections, id);

	if (!connection)
		return;
	connection->is_overflowing = false;
	connection->has_overflown = true;
}

/* All that was sent to it had gone out, or never will. */
void connection_note_drained(struct connections *connections, uint64_t id, bool is_lost)
{
	struct connection *connection = find_detached(connections, id);

	if (!connection)
		return;
	connection->wants_drained = false;
	connection->is_mute |= is_lost;
	connection->written += connection->queue.bytes;
	queue_clear(&connection->queue, &connections->pool);
}

void connection_forget(struct connections *connections, uint64_t id)
{
	struct connection *connection = find_detached(connections, id);

	if (!connection)
		return;
	connection->is_closing = true;
	connection->has_end = true;
}

uint64_t connections_next_detached(const struct connections *connections, uint64_t id)
{
	for (uint32_t slot = id ? (uint32_t) id + 1 : 0; slot < connections->n_slots; slot++) {
		const struct connection *connection = connections->slots[slot].connection;

		if (connection && connection_is_detached(connection))
			return connection->id;
	}
	return 0;
}

void connections_forget_detached(struct connections *connections)
{
	uint64_t id = 0;

	while ((id = connections_next_detached(connections, id)))
		connection_free(connections_find_any(connections, id));
}

bool connection_is_open(const struct connections *connections, uint64_t id)
{
	const struct connection *connection = connections_find_any(connections, id);

	return connection && !connection->is_closing;
}

void connection_abandon(struct connections *connections, uint64_t id)
{
	const struct connection_callbacks *callbacks = &connections->callbacks;
	struct connection *connection = find_detached(connections, id);

	if (!connection)
		return;
	connection_drop_half(connection);
	connection_free(connection);
	connections_note_place(connections);
	if (callbacks->on_gone)
		callbacks->on_gone(callbacks->data, id);
}
