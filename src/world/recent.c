/* Owns the ids of recent messages. */
#include "world/recent.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define ID_FIELD 1 /* the first field of a message */
#define USER_FIELD 2
#define RANK_FIELD 3  /* between the two, unless 0 */
#define FIXED_FIELD 4 /* likewise */

void recent_done(struct recent *recent)
{
	free(recent->items);
	*recent = (struct recent){ 0 };
}

static struct recent_message *message_at(const struct recent *recent, uint32_t i)
{
	return &recent->items[(recent->first + i) & (recent->capacity - 1)];
}

/* Double the ring and move its oldest message to the front. */
static void grow_recent(struct recent *recent)
{
	uint32_t capacity = recent->capacity ? 2 * recent->capacity : 1;
	struct recent_message *items = mem_space(capacity * sizeof(*items));

	for (uint32_t i = 0; i < recent->count; i++)
		items[i] = *message_at(recent, i);
	free(recent->items);
	recent->items = items;
	recent->capacity = capacity;
	recent->first = 0;
}

static void drop_oldest(struct recent *recent, uint32_t count)
{
	recent->first += count;
	recent->count -= count;
}

void recent_add(struct recent *recent, struct recent_message message, size_t most)
{
	if (!most) {
		recent_done(recent);
		return;
	}
	if (recent->count >= most)
		drop_oldest(recent, recent->count - (uint32_t) most + 1);
	else if (recent->count == recent->capacity)
		grow_recent(recent);
	*message_at(recent, recent->count++) = message;
}

static uint32_t place_of_message(const struct recent *recent, uint64_t id)
{
	uint32_t low = 0, high = recent->count;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (message_at(recent, middle)->id < id)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

const struct recent_message *recent_find(const struct recent *recent, uint64_t id)
{
	uint32_t i = place_of_message(recent, id);

	return i < recent->count && message_at(recent, i)->id == id ? message_at(recent, i) : NULL;
}

void recent_forget(struct recent *recent, uint64_t id)
{
	if (!recent_find(recent, id))
		return;
	recent->count--;
	for (uint32_t i = place_of_message(recent, id); i < recent->count; i++)
		*message_at(recent, i) = *message_at(recent, i + 1);
}

void recent_save(struct buffer *out, uint16_t id, const struct recent *recent)
{
	size_t record;

	if (!recent->count)
		return;
	record = pack_begin(out, id);
	for (uint32_t i = 0; i < recent->count; i++) {
		const struct recent_message *message = message_at(recent, i);

		pack_u64(out, ID_FIELD, message->id);
		if (message->rank)
			pack_u64(out, RANK_FIELD, message->rank);
		if (message->is_fixed)
			pack_u64(out, FIXED_FIELD, 1);
		pack_u64(out, USER_FIELD, message->user);
	}
	pack_end(out, record);
}

/* Messages that are out of order are skipped. */
void recent_load(struct recent *recent, struct pack record)
{
	struct recent_message message = { 0 };
	struct pack_field field;

	while (pack_next(&record, &field)) {
		if (field.id == ID_FIELD)
			message = (struct recent_message){ .id = pack_field_u64(&field) };
		if (field.id == RANK_FIELD)
			message.rank = (uint32_t) pack_field_u64(&field);
		if (field.id == FIXED_FIELD)
			message.is_fixed = pack_field_u64(&field);
		if (field.id != USER_FIELD)
			continue;
		message.user = pack_field_u64(&field);
		if (!recent->count || message_at(recent, recent->count - 1)->id < message.id)
			recent_add(recent, message, SIZE_MAX);
	}
}
