/* Owns the form of questions about history. */
#include "proto/history_query.h"

#include "base/cleanup.h"
#include "base/fields.h"

enum query_piece {
	QUERY_PIECE_WORDS = 64,
	QUERY_PIECE_FROM,
	QUERY_PIECE_PLACES,
};

enum place_field {
	PLACE_FIELD_TARGET = 1,
	PLACE_FIELD_SINCE,
	PLACE_FIELD_NAME,
};

#define PLACE_RECORD 1

struct query_numbers {
	uint32_t kind;
	uint64_t after;
	uint64_t before;
	uint64_t except;
	uint32_t limit;
	uint32_t most_bytes;
	bool has_events;
	bool is_forward;
	uint64_t owner;
	uint64_t author;
	bool has_disk;
	bool has_memory;
	uint32_t hidden;
	bool has_context;
};

static const struct field number_fields[] = {
	{ 1, FIELD_U32, FIELD_AT(query_numbers, uint32_t, kind) },
	{ 2, FIELD_U64, FIELD_AT(query_numbers, uint64_t, after) },
	{ 3, FIELD_U64, FIELD_AT(query_numbers, uint64_t, before) },
	{ 4, FIELD_U32, FIELD_AT(query_numbers, uint32_t, limit) },
	{ 5, FIELD_BOOL, FIELD_AT(query_numbers, bool, has_events) },
	{ 6, FIELD_BOOL, FIELD_AT(query_numbers, bool, is_forward) },
	{ 7, FIELD_U64, FIELD_AT(query_numbers, uint64_t, owner) },
	{ 8, FIELD_U32, FIELD_AT(query_numbers, uint32_t, most_bytes) },
	{ 9, FIELD_BOOL, FIELD_AT(query_numbers, bool, has_disk) },
	{ 30, FIELD_BOOL, FIELD_AT(query_numbers, bool, has_memory) },
	{ 10, FIELD_U64, FIELD_AT(query_numbers, uint64_t, except) },
	{ 11, FIELD_U64, FIELD_AT(query_numbers, uint64_t, author) },
	{ 12, FIELD_U32, FIELD_AT(query_numbers, uint32_t, hidden) },
	{ 13, FIELD_BOOL, FIELD_AT(query_numbers, bool, has_context) },
};

void history_query_done(struct history_query *query)
{
	buffer_done(&query->places);
}

void history_query_add_place(struct history_query *query, const struct history_place *place)
{
	size_t record = pack_begin(&query->places, PLACE_RECORD);

	pack_u64(&query->places, PLACE_FIELD_TARGET, (uint64_t) place->target);
	pack_u64(&query->places, PLACE_FIELD_SINCE, place->since);
	pack_bytes(&query->places, PLACE_FIELD_NAME, place->name.bytes, place->name.length);
	pack_end(&query->places, record);
	query->has_disk = query->has_disk || !place->is_in_memory;
	query->has_memory = query->has_memory || place->is_in_memory;
}

struct pack history_query_places(const struct history_query *query)
{
	return pack_over(query->places.bytes, query->places.length);
}

bool history_query_next_place(struct pack *places, struct history_place *ret_place)
{
	struct history_place place = { 0 };
	struct pack_field field;
	struct pack record;

	if (!pack_next(places, &field) || field.id != PLACE_RECORD)
		return false;
	record = pack_field_record(&field);
	while (pack_next(&record, &field)) {
		if (field.id == PLACE_FIELD_TARGET)
			place.target = (int64_t) pack_field_u64(&field);
		else if (field.id == PLACE_FIELD_SINCE)
			place.since = pack_field_u64(&field);
		else if (field.id == PLACE_FIELD_NAME)
			place.name = (struct piece){ (const char *) field.bytes, field.length };
	}
	*ret_place = place;
	return !record.failed;
}

void history_query_save(struct buffer *out, const struct history_query *query)
{
	const struct query_numbers numbers = { query->kind, query->after, query->before,
		query->except, query->limit, query->most_bytes, query->has_events,
		query->is_forward, query->owner, query->author, query->has_disk, query->has_memory,
		query->hidden, query->has_context };

	fields_save(out, number_fields, ARRAY_LENGTH(number_fields), &numbers);
	pack_bytes(out, QUERY_PIECE_WORDS, query->words.bytes, query->words.length);
	pack_bytes(out, QUERY_PIECE_FROM, query->from.bytes, query->from.length);
	pack_bytes(out, QUERY_PIECE_PLACES, query->places.bytes, query->places.length);
}

static void load_query_field(
	struct query_numbers *numbers, struct history_query *query, const struct pack_field *field)
{
	const struct piece piece = { (const char *) field->bytes, field->length };

	if (field->id == QUERY_PIECE_WORDS) {
		query->words = piece;
	} else if (field->id == QUERY_PIECE_FROM) {
		query->from = piece;
	} else if (field->id == QUERY_PIECE_PLACES) {
		buffer_clear(&query->places);
		buffer_put(&query->places, field->bytes, field->length);
	} else {
		fields_load(number_fields, ARRAY_LENGTH(number_fields), numbers, field);
	}
}

bool history_query_load(const void *bytes, size_t length, struct history_query *ret_query)
{
	struct pack pack = pack_over(bytes, length);
	struct query_numbers numbers = { 0 };
	struct history_query query = { 0 };
	struct pack_field field;

	while (pack_next(&pack, &field))
		load_query_field(&numbers, &query, &field);
	if (pack.failed || !numbers.kind || numbers.kind >= HISTORY_QUERIES) {
		history_query_done(&query);
		return false;
	}
	query.kind = (enum history_query_kind) numbers.kind;
	query.after = numbers.after;
	query.before = numbers.before;
	query.except = numbers.except;
	query.limit = numbers.limit;
	query.most_bytes = numbers.most_bytes;
	query.has_events = numbers.has_events;
	query.is_forward = numbers.is_forward;
	query.owner = numbers.owner;
	query.author = numbers.author;
	query.has_disk = numbers.has_disk;
	query.has_memory = numbers.has_memory;
	query.hidden = numbers.hidden;
	query.has_context = numbers.has_context;
	*ret_query = query;
	return true;
}

bool history_room_takes(
	struct history_room *room, const struct history_query *query, size_t n_shown_bytes)
{
	if (room->n_rows >= query->limit)
		return false;
	room->n_bytes += n_shown_bytes;
	if (room->n_rows && query->most_bytes && room->n_bytes > query->most_bytes)
		return false;
	room->n_rows++;
	return true;
}
