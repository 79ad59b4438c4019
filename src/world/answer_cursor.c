/* Owns the progress of long answers; commands know their meaning. */
#include "world/answer_cursor.h"

#include <stdlib.h>

#include "base/cleanup.h"
#include "base/fields.h"
#include "base/mem.h"
#include "world/world.h"

static const struct field cursor_fields[] = {
	{ 1, FIELD_U8, FIELD_AT(answer_cursor, uint8_t, kind) },
	{ 2, FIELD_TEXT, FIELD_AT(answer_cursor, char *, text) },
	{ 3, FIELD_TEXT, FIELD_AT(answer_cursor, char *, options) },
	{ 4, FIELD_U64, FIELD_AT(answer_cursor, uint64_t, asked_wall_ms) },
	{ 5, FIELD_U64, FIELD_AT(answer_cursor, uint64_t, until) },
	{ 6, FIELD_U64, FIELD_AT(answer_cursor, uint64_t, number) },
	{ 7, FIELD_U32, FIELD_AT(answer_cursor, uint32_t, item) },
	{ 8, FIELD_U32, FIELD_AT(answer_cursor, uint32_t, n_shown) },
	{ 50, FIELD_U64, FIELD_AT(answer_cursor, uint64_t, batch) },
};

struct answer_cursor *answer_cursor_new(
	const struct world *world, enum answer_kind kind, const char *text, const char *options)
{
	struct answer_cursor *cursor = mem_new(sizeof(*cursor));

	cursor->kind = (uint8_t) kind;
	cursor->text = mem_text(text);
	cursor->options = mem_text(options);
	cursor->asked_wall_ms = world->wall_ms;
	cursor->until = world->next_number;
	return cursor;
}

void answer_cursor_free(struct answer_cursor *cursor)
{
	if (!cursor)
		return;
	free(cursor->text);
	free(cursor->options);
	free(cursor);
}

void answer_cursor_move(struct answer_cursor *cursor, uint64_t number)
{
	cursor->number = number;
}

void answer_cursor_next_item(struct answer_cursor *cursor)
{
	cursor->item++;
	cursor->number = 0;
}

void answer_cursor_set_until(struct answer_cursor *cursor, uint64_t until)
{
	cursor->until = until;
}

void answer_cursor_set_batch(struct answer_cursor *cursor, uint64_t batch)
{
	cursor->batch = batch;
}

void answer_cursor_count_shown(struct answer_cursor *cursor)
{
	cursor->n_shown++;
}

void answer_cursor_save(struct buffer *out, uint16_t id, const struct answer_cursor *cursor)
{
	size_t record = pack_begin(out, id);

	fields_save(out, cursor_fields, ARRAY_LENGTH(cursor_fields), cursor);
	pack_end(out, record);
}

struct answer_cursor *answer_cursor_load(struct pack record)
{
	struct answer_cursor *cursor = mem_new(sizeof(*cursor));
	struct pack_field field;

	while (pack_next(&record, &field))
		fields_load(cursor_fields, ARRAY_LENGTH(cursor_fields), cursor, &field);
	if (cursor->kind && cursor->kind < ANSWER_KINDS && cursor->text)
		return cursor;
	answer_cursor_free(cursor);
	return NULL;
}
