/* Owns what is remembered of messages. */
#include "world/recent.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define ID_FIELD 1 /* of each message, followed by its user */
#define USER_FIELD 2
#define RANK_FIELD 3 /* between these two, unless 0 */

void recent_done(struct recent *recent)
{
	free(recent->items);
	*recent = (struct recent){ 0 };
}

static void drop(struct recent *recent, size_t from, size_t count)
{
	recent->count -= count;
	memmove(recent->items + from, recent->items + from + count,
		(recent->count - from) * sizeof(*recent->items));
}

void recent_add(struct recent *recent, struct recent_message message, size_t most)
{
	if (!most) {
		recent_done(recent);
		return;
	}
	if (recent->count >= most)
		drop(recent, 0, recent->count - most + 1);
	else if ((recent->count & (recent->count - 1)) == 0)
		recent->items = mem_resize(recent->items, recent->count ? 2 * recent->count : 1,
			sizeof(*recent->items));
	recent->items[recent->count++] = message;
}

static size_t place_of(const struct recent *recent, uint64_t id)
{
	size_t low = 0, high = recent->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (recent->items[middle].id < id)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

const struct recent_message *recent_find(const struct recent *recent, uint64_t id)
{
	size_t i = place_of(recent, id);

	return i < recent->count && recent->items[i].id == id ? &recent->items[i] : NULL;
}

void recent_forget(struct recent *recent, uint64_t id)
{
	if (recent_find(recent, id))
		drop(recent, place_of(recent, id), 1);
}

void recent_save(struct buffer *out, uint16_t id, const struct recent *recent)
{
	size_t record;

	if (!recent->count)
		return;
	record = pack_begin(out, id);
	for (size_t i = 0; i < recent->count; i++) {
		pack_u64(out, ID_FIELD, recent->items[i].id);
		if (recent->items[i].rank)
			pack_u64(out, RANK_FIELD, recent->items[i].rank);
		pack_u64(out, USER_FIELD, recent->items[i].user);
	}
	pack_end(out, record);
}

/* What is out of order is left out. */
void recent_load(struct recent *recent, struct pack record)
{
	struct recent_message message = { 0 };
	struct pack_field field;

	while (pack_next(&record, &field)) {
		if (field.id == ID_FIELD)
			message = (struct recent_message){ .id = pack_field_u64(&field) };
		if (field.id == RANK_FIELD)
			message.rank = (uint32_t) pack_field_u64(&field);
		if (field.id != USER_FIELD)
			continue;
		message.user = pack_field_u64(&field);
		if (!recent->count || recent->items[recent->count - 1].id < message.id)
			recent_add(recent, message, SIZE_MAX);
	}
}
