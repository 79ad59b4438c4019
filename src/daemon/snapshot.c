/* Owns the outermost layer of a snapshot. */
#include "daemon/snapshot.h"

#include <string.h>

#define MAGIC "papod snapshot\n"
#define MAGIC_BYTES (sizeof(MAGIC) - 1)

/* Ids are never used twice. The world comes last: it is the largest. */
enum part {
	PART_CONNECTIONS = 1,
	PART_REQUESTS = 2,
	PART_WORLD = 3,
};

void snapshot_save(const struct server *server, struct buffer *out)
{
	size_t part;

	buffer_put(out, MAGIC, MAGIC_BYTES);
	part = pack_begin(out, PART_CONNECTIONS);
	connections_save(server->connections, out);
	pack_end(out, part);
	requests_save(out, PART_REQUESTS, &server->requests);
	part = pack_begin(out, PART_WORLD);
	world_save(server->world, out);
	pack_end(out, part);
}

static const char *load_part(struct server *server, const struct pack_field *field)
{
	const char *reason = NULL;

	switch (field->id) {
	case PART_CONNECTIONS:
		if (!connections_load(server->connections, pack_field_record(field)))
			reason = "its connections make no sense";
		return reason;
	case PART_REQUESTS:
		requests_load(&server->requests, pack_field_record(field));
		return NULL;
	case PART_WORLD:
		if (server->world)
			return "it has two worlds";
		server->world = world_load(field->bytes, field->length, &reason);
		return reason;
	default:
		return NULL;
	}
}

const void *snapshot_find_world(const void *bytes, size_t length, size_t *ret_length)
{
	struct pack_field field;
	struct pack pack;

	if (length < MAGIC_BYTES)
		return NULL;
	pack = pack_over((const char *) bytes + MAGIC_BYTES, length - MAGIC_BYTES);
	while (pack_next(&pack, &field)) {
		if (field.id != PART_WORLD)
			continue;
		*ret_length = field.length;
		return field.bytes;
	}
	return NULL;
}

const char *snapshot_load(struct server *server, const void *bytes, size_t length)
{
	const char *reason = NULL;
	struct pack_field field;
	struct pack pack;

	if (length < MAGIC_BYTES || memcmp(bytes, MAGIC, MAGIC_BYTES) != 0)
		return "it does not start as a snapshot does";
	pack = pack_over((const char *) bytes + MAGIC_BYTES, length - MAGIC_BYTES);
	while (!reason && pack_next(&pack, &field))
		reason = load_part(server, &field);
	if (reason)
		return reason;
	return pack.failed || !server->world ? "it is cut short" : NULL;
}
