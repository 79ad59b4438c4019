/* Owns the saved form of connections: all state that the kernel does not know and that does not
 * follow from the rest. */
#include <string.h>

#include "base/cleanup.h"
#include "base/fields.h"
#include "base/mem.h"
#include "net/connection.h"

#define GENERATION_FIELD 1
#define CONNECTION_RECORD 2

#define FLAGS_FIELD 20
#define SENT_FIELD 21  /* sent bytes of the first line */
#define QUEUE_FIELD 22 /* all lines, one after the other */

#define LINE_BYTES (1u << 20) /* at most, for bytes without a line end */

static const struct field connection_fields[] = {
	{ 1, FIELD_U64, FIELD_AT(connection, uint64_t, id) },
	{ 2, FIELD_U64, FIELD_AT(connection, uint64_t, out.written) },
	{ 3, FIELD_U64, FIELD_AT(connection, uint64_t, in.taken) },
	{ 4, FIELD_U32, FIELD_AT(connection, uint32_t, in.noise) },
	{ 5, FIELD_U32, FIELD_AT(connection, uint32_t, max_send) },
	{ 6, FIELD_U32, FIELD_AT(connection, uint32_t, max_receive) },
	{ 7, FIELD_U8, FIELD_AT(connection, uint8_t, out.error) },
};

enum flag {
	FLAG_PAUSED = 1 << 0,
	FLAG_SWALLOWING = 1 << 1,
	FLAG_CHECKED = 1 << 2,
	FLAG_OVERFLOWING = 1 << 3,
	FLAG_OVERFLOWN = 1 << 4,
	FLAG_WANTS_DRAINED = 1 << 5,
	FLAG_MUTE = 1 << 6,
	FLAG_CLOSING = 1 << 7,
	FLAG_END = 1 << 8,
	FLAG_WRAPPED = 1 << 9,
};

static uint64_t flags_of(const struct connection *connection)
{
	uint64_t flags = 0;

	flags |= connection->in.is_paused ? FLAG_PAUSED : 0;
	flags |= connection->in.is_swallowing ? FLAG_SWALLOWING : 0;
	flags |= connection->in.is_checked ? FLAG_CHECKED : 0;
	flags |= connection->out.is_overflowing ? FLAG_OVERFLOWING : 0;
	flags |= connection->phase == CONNECTION_PHASE_FAREWELL ? FLAG_OVERFLOWN : 0;
	flags |= connection->out.wants_drained ? FLAG_WANTS_DRAINED : 0;
	flags |= connection->out.is_mute ? FLAG_MUTE : 0;
	flags |= connection_is_closing(connection) ? FLAG_CLOSING : 0;
	flags |= connection->has_end ? FLAG_END : 0;
	flags |= connection->stream == STREAM_KIND_WRAPPED ? FLAG_WRAPPED : 0;
	return flags;
}

static enum connection_phase phase_of(uint64_t flags)
{
	if (flags & (FLAG_CLOSING | FLAG_END))
		return CONNECTION_PHASE_CLOSING;
	return flags & FLAG_OVERFLOWN ? CONNECTION_PHASE_FAREWELL : CONNECTION_PHASE_OPEN;
}

static void set_flags(struct connection *connection, uint64_t flags)
{
	connection->in.is_paused = (flags & FLAG_PAUSED) != 0;
	connection->in.is_swallowing = (flags & FLAG_SWALLOWING) != 0;
	connection->in.is_checked = (flags & FLAG_CHECKED) != 0;
	connection->out.is_overflowing = (flags & FLAG_OVERFLOWING) != 0;
	connection->out.wants_drained = (flags & FLAG_WANTS_DRAINED) != 0;
	connection->out.is_mute = (flags & FLAG_MUTE) != 0;
	connection->has_end = (flags & FLAG_END) != 0;
	connection->stream = flags & FLAG_WRAPPED ? STREAM_KIND_WRAPPED : STREAM_KIND_TCP;
	connection->phase = phase_of(flags);
}

static void save_queue(const struct queue *queue, struct buffer *out)
{
	size_t begun;

	if (!queue->first)
		return;
	pack_u64(out, SENT_FIELD, queue->sent);
	begun = pack_begin(out, QUEUE_FIELD);
	queue_save(queue, out);
	pack_end(out, begun);
}

static void save_connection(const struct connection *connection, struct buffer *out)
{
	size_t begun = pack_begin(out, CONNECTION_RECORD);

	fields_save(out, connection_fields, ARRAY_LENGTH(connection_fields), connection);
	pack_u64(out, FLAGS_FIELD, flags_of(connection));
	save_queue(&connection->out.queue, out);
	pack_end(out, begun);
}

/* Ended connections are not saved. */
void connections_save(const struct connections *connections, struct buffer *out)
{
	pack_u64(out, GENERATION_FIELD, connections->next_generation);
	for (uint32_t i = 0; i < connections->n_slots; i++) {
		const struct connection *connection = connections->slots[i].connection;

		if (connection && !connection_has_ended(connection))
			save_connection(connection, out);
	}
}

void connections_each_socket(
	const struct connections *connections, connection_socket_fn on_socket, void *data)
{
	for (uint32_t i = 0; i < connections->n_slots; i++) {
		const struct connection *connection = connections->slots[i].connection;

		if (connection && !connection_has_ended(connection) &&
			!connection_is_detached(connection))
			on_socket(data, connection->fd, connection->id);
	}
}

static size_t line_length(const uint8_t *bytes, size_t left)
{
	const uint8_t *end = memchr(bytes, '\n', left < LINE_BYTES ? left : LINE_BYTES);

	if (end)
		return (size_t) (end - bytes) + 1;
	return left < LINE_BYTES ? left : LINE_BYTES;
}

static void load_queue(struct connection *connection, const struct pack_field *field)
{
	size_t at = 0;

	while (at < field->length) {
		size_t length = line_length(field->bytes + at, field->length - at);
		struct line *line = line_new((const char *) field->bytes + at, length);

		connection->all->n_queued_bytes += length;
		queue_add(&connection->out.queue, &connection->all->pool, line);
		line_unref(line);
		at += length;
	}
}

/* Drop the sent bytes of the first line. */
static bool load_sent(struct connection *connection, uint64_t sent)
{
	const struct line *first = connection->out.queue.first;

	if (!sent)
		return true;
	if (!first || sent >= first->length)
		return false;
	connection->all->n_queued_bytes -= sent;
	queue_drop(&connection->out.queue, &connection->all->pool, (size_t) sent);
	return true;
}

static bool load_rest(struct connection *connection, struct pack record)
{
	struct pack_field field;
	uint64_t sent = 0;

	/* Zeros are not saved. */
	connection->max_send = connection->max_receive = 0;
	while (pack_next(&record, &field)) {
		fields_load(connection_fields, ARRAY_LENGTH(connection_fields), connection, &field);
		if (field.id == FLAGS_FIELD)
			set_flags(connection, pack_field_u64(&field));
		if (field.id == SENT_FIELD)
			sent = pack_field_u64(&field);
		if (field.id == QUEUE_FIELD && !connection->out.queue.first)
			load_queue(connection, &field);
	}
	return !record.failed && load_sent(connection, sent);
}

static uint64_t find_id(struct pack record)
{
	struct pack_field field;

	while (pack_next(&record, &field))
		if (field.id == connection_fields[0].id)
			return pack_field_u64(&field);
	return 0;
}

static bool load_connection(struct connections *all, struct pack record)
{
	uint64_t id = find_id(record);
	struct connection *connection = connections_take_slot_of(all, id);
	bool makes_sense;

	if (!connection)
		return false;
	makes_sense = load_rest(connection, record);
	connection->id = id; /* the field may have occurred twice */
	return makes_sense;
}

bool connections_load(struct connections *connections, struct pack record)
{
	uint64_t next_generation = 0;
	struct pack_field field;

	if (connections->count)
		return false;
	while (pack_next(&record, &field)) {
		if (field.id == GENERATION_FIELD)
			next_generation = pack_field_u64(&field);
		if (field.id == CONNECTION_RECORD &&
			!load_connection(connections, pack_field_record(&field)))
			return false;
	}
	connections->next_generation = (uint32_t) next_generation;
	return !record.failed;
}
