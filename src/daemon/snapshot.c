/* Owns the outermost layer of a snapshot. */
#include "daemon/snapshot.h"

#include <string.h>

#include "base/hash.h"
#include "daemon/trials.h"
#include "net/resume.h"

/* The number of the layout, for a change that makes even the fields unreadable. */
#define FAMILY "papod snapshot "
#define MAGIC FAMILY "1\n"
#define MAGIC_BYTES (sizeof(MAGIC) - 1)

/* Ids are never reused. The world comes last, as it is the largest. */
enum part {
	PART_CONNECTIONS = 1,
	PART_REQUESTS = 2,
	PART_WORLD = 3,
	PART_HISTORY = 5,
	PART_CHECK = 4, /* the fingerprint of all bytes before it; the world has its own */
};

void snapshot_save(const struct snapshot_parts *parts, struct buffer *out)
{
	size_t part, begun = out->length;

	buffer_put(out, MAGIC, MAGIC_BYTES);
	part = pack_begin(out, PART_CONNECTIONS);
	connections_save(parts->connections, out);
	pack_end(out, part);
	helpers_save(parts->helpers, out, PART_REQUESTS);
	pasts_save(helpers_pasts(parts->helpers), out, PART_HISTORY);
	pack_u64(out, PART_CHECK,
		hash_fingerprint(HASH_FINGERPRINT_START, out->bytes + begun, out->length - begun));
	part = pack_begin(out, PART_WORLD);
	world_save(engine_world(parts->engine), out);
	pack_end(out, part);
}

struct loading {
	struct event_log *log;
	uint64_t n_steps;
};

static void on_step(void *data, bool is_check)
{
	struct loading *loading = data;

	if (is_check)
		trials_reach(loading->log, TRIAL_CHECK);
	else
		trials_reach_load(loading->log, ++loading->n_steps);
}

static const char *load_snapshot_world(
	const struct snapshot_parts *parts, const struct pack_field *field)
{
	struct loading loading = { .log = parts->trials };
	const struct world_watch watch = { .on_step = on_step, .data = &loading };
	const char *reason = NULL;

	engine_set_world(parts->engine, world_load_watched(field->bytes, field->length,
						parts->trials ? &watch : NULL, &reason));
	return reason;
}

static const char *load_snapshot_part(
	const struct snapshot_parts *parts, const struct pack_field *field)
{
	const char *reason = NULL;

	switch (field->id) {
	case PART_CONNECTIONS:
		if (!connections_load(parts->connections, pack_field_record(field)))
			reason = "its connections are malformed";
		return reason;
	case PART_REQUESTS:
		helpers_load(parts->helpers, pack_field_record(field));
		return NULL;
	case PART_HISTORY:
		pasts_load(helpers_pasts(parts->helpers), pack_field_record(field));
		return NULL;
	case PART_WORLD:
		if (engine_world(parts->engine))
			return "it has two worlds";
		return load_snapshot_world(parts, field);
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

static const char *check_magic(const char *bytes, size_t length)
{
	if (length >= MAGIC_BYTES && memcmp(bytes, MAGIC, MAGIC_BYTES) == 0)
		return NULL;
	if (length >= MAGIC_BYTES && memcmp(bytes, FAMILY, sizeof(FAMILY) - 1) == 0)
		return "it has the layout of another release";
	return "it does not start as a snapshot does";
}

/* Check the sum before loading: a flipped bit in queued output would not contradict anything. */
static const char *check_parts(const char *bytes, struct pack pack)
{
	size_t before = MAGIC_BYTES;
	bool is_checked = false, has_world = false;
	struct pack_field field;

	for (; pack_next(&pack, &field); before = (size_t) ((const char *) pack.at - bytes)) {
		has_world |= field.id == PART_WORLD;
		if (field.id != PART_CHECK)
			continue;
		if (pack_field_u64(&field) !=
			hash_fingerprint(HASH_FINGERPRINT_START, bytes, before))
			return "it is damaged";
		is_checked = true;
	}
	return pack.failed || !is_checked || !has_world ? "it is cut short" : NULL;
}

const char *snapshot_load(const struct snapshot_parts *parts, const void *bytes, size_t length)
{
	const char *reason = check_magic(bytes, length);
	struct pack_field field;
	struct pack pack;

	if (reason)
		return reason;
	pack = pack_over((const char *) bytes + MAGIC_BYTES, length - MAGIC_BYTES);
	reason = check_parts(bytes, pack);
	while (!reason && pack_next(&pack, &field))
		reason = load_snapshot_part(parts, &field);
	return reason;
}
