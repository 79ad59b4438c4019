/* Owns connects and closes during a replay, when all connections are detached. The files of input
 * and output apply the rest of the log. */
#include "net/connection.h"

bool connections_add_detached(struct connections *connections, uint64_t id)
{
	uint32_t slot = (uint32_t) id;
	struct connection *connection,
		*before = slot < connections->n_slots ? connections->slots[slot].connection : NULL;

	/* The old connection had ended before, for example after its output was sent. */
	if (before && connection_is_detached(before))
		connection_free(before);
	else if (before && connection_is_closing(before))
		connection_sweep(before);
	connection = connections_take_slot_of(connections, id);
	if (connection && wrapping_find(connections, id))
		connection->stream = STREAM_KIND_WRAPPED;
	return connection;
}

void connection_forget(struct connections *connections, uint64_t id)
{
	struct connection *connection = connections_find_detached(connections, id);

	if (!connection)
		return;
	connection_input_has_ended(connection);
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

	return connection && !connection_is_closing(connection);
}

void connection_abandon(struct connections *connections, uint64_t id)
{
	const struct connection_callbacks *callbacks = &connections->callbacks;
	struct connection *connection = connections_find_detached(connections, id);

	if (!connection)
		return;
	connection_drop_partial(connection);
	connection_unwrap(connections, id);
	connection_free(connection);
	connections_note_place(connections);
	if (callbacks->on_gone)
		callbacks->on_gone(callbacks->data, id);
}
