/* Owns the texts that are counted: fingerprints only. There is room for a few; the one that was
 * said longest ago gives way. */
#include "world/repeats.h"

#include <stdlib.h>

#include "base/cleanup.h"
#include "base/fields.h"
#include "base/mem.h"
#include "base/ordered.h"
#include "world/filters.h"
#include "world/world.h"

#define MOST_REPEATS 64

struct repeat {
	uint64_t filter; /* its number, for the snapshot */
	uint64_t fingerprint;
	uint64_t until_ms; /* then it is forgotten */
	uint32_t count;
};

struct repeats {
	struct repeat items[MOST_REPEATS];
	size_t count;
};

static const struct field repeat_fields[] = {
	{ 1, FIELD_U64, FIELD_AT(repeat, uint64_t, filter) },
	{ 2, FIELD_U64, FIELD_AT(repeat, uint64_t, fingerprint) },
	{ 3, FIELD_U64, FIELD_AT(repeat, uint64_t, until_ms) },
	{ 4, FIELD_U32, FIELD_AT(repeat, uint32_t, count) },
};

void repeats_free(struct repeats *repeats)
{
	free(repeats);
}

static struct repeat *find_repeat(struct repeats *repeats, uint64_t fingerprint)
{
	for (size_t i = 0; i < repeats->count; i++)
		if (repeats->items[i].fingerprint == fingerprint)
			return &repeats->items[i];
	return NULL;
}

static struct repeat *make_room_for_repeat(struct repeats *repeats)
{
	struct repeat *oldest = repeats->items;

	if (repeats->count < MOST_REPEATS)
		return &repeats->items[repeats->count++];
	for (size_t i = 1; i < repeats->count; i++)
		if (repeats->items[i].until_ms < oldest->until_ms)
			oldest = &repeats->items[i];
	return oldest;
}

static uint32_t note_repeat(struct repeats *repeats, uint64_t fingerprint,
	const struct filter_count *limits, uint64_t now_ms)
{
	struct repeat *repeat = find_repeat(repeats, fingerprint);

	if (!repeat) {
		repeat = make_room_for_repeat(repeats);
		*repeat = (struct repeat){ .fingerprint = fingerprint };
	}
	if (now_ms >= repeat->until_ms)
		repeat->count = 0;
	repeat->until_ms = now_ms + (uint64_t) limits->seconds * 1000;
	if (repeat->count <= limits->most)
		repeat->count++;
	return repeat->count;
}

bool repeats_note(struct repeats **repeats, const struct filter_count *limits, uint64_t now_ms,
	const char *text)
{
	uint64_t fingerprints[FILTER_FINGERPRINTS];
	size_t n_fingerprints = filter_fingerprints(text, fingerprints);
	bool is_too_often = false;

	if (n_fingerprints && !*repeats)
		*repeats = mem_new(sizeof(**repeats));
	for (size_t i = 0; i < n_fingerprints; i++)
		if (note_repeat(*repeats, fingerprints[i], limits, now_ms) > limits->most)
			is_too_often = true;
	return is_too_often;
}

void repeats_save(struct buffer *out, uint16_t id, const struct filter *filter)
{
	for (size_t i = 0; filter->repeats && i < filter->repeats->count; i++) {
		struct repeat repeat = filter->repeats->items[i];
		size_t record = pack_begin(out, id);

		repeat.filter = filter->number;
		fields_save(out, repeat_fields, ARRAY_LENGTH(repeat_fields), &repeat);
		pack_end(out, record);
	}
}

/* A filter that this release does not know may have some, too. */
void repeats_load(struct world *world, struct pack record)
{
	struct repeat repeat = { 0 };
	struct pack_field field;
	struct repeats **repeats;

	while (pack_next(&record, &field))
		fields_load(repeat_fields, ARRAY_LENGTH(repeat_fields), &repeat, &field);
	repeats = filters_repeats(world, repeat.filter);
	if (!repeats)
		return;
	if (!*repeats)
		*repeats = mem_new(sizeof(**repeats));
	if ((*repeats)->count < MOST_REPEATS)
		(*repeats)->items[(*repeats)->count++] = repeat;
}
