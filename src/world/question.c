/* Owns questions with long answers; commands know what they mean. */
#include "world/question.h"

#include <stdlib.h>

#include "base/cleanup.h"
#include "base/fields.h"
#include "base/mem.h"
#include "world/world.h"

static const struct field question_fields[] = {
	{ 1, FIELD_U8, FIELD_AT(question, uint8_t, kind) },
	{ 2, FIELD_TEXT, FIELD_AT(question, char *, text) },
	{ 3, FIELD_TEXT, FIELD_AT(question, char *, options) },
	{ 4, FIELD_U64, FIELD_AT(question, uint64_t, asked_wall_ms) },
	{ 5, FIELD_U64, FIELD_AT(question, uint64_t, until) },
	{ 6, FIELD_U64, FIELD_AT(question, uint64_t, number) },
	{ 7, FIELD_U32, FIELD_AT(question, uint32_t, item) },
	{ 8, FIELD_U32, FIELD_AT(question, uint32_t, n_shown) },
	{ 50, FIELD_U64, FIELD_AT(question, uint64_t, batch) },
};

struct question *question_new(
	const struct world *world, enum question_kind kind, const char *text, const char *options)
{
	struct question *question = mem_new(sizeof(*question));

	question->kind = (uint8_t) kind;
	question->text = mem_text(text);
	question->options = mem_text(options);
	question->asked_wall_ms = world->wall_ms;
	question->until = world->next_number;
	return question;
}

void question_free(struct question *question)
{
	if (!question)
		return;
	free(question->text);
	free(question->options);
	free(question);
}

void question_move(struct question *question, uint64_t number)
{
	question->number = number;
}

void question_next_item(struct question *question)
{
	question->item++;
	question->number = 0;
}

void question_set_batch(struct question *question, uint64_t batch)
{
	question->batch = batch;
}

void question_count_shown(struct question *question)
{
	question->n_shown++;
}

void question_save(struct buffer *out, uint16_t id, const struct question *question)
{
	size_t record = pack_begin(out, id);

	fields_save(out, question_fields, ARRAY_LENGTH(question_fields), question);
	pack_end(out, record);
}

struct question *question_load(struct pack record)
{
	struct question *question = mem_new(sizeof(*question));
	struct pack_field field;

	while (pack_next(&record, &field))
		fields_load(question_fields, ARRAY_LENGTH(question_fields), question, &field);
	if (question->kind && question->kind < QUESTION_KINDS && question->text)
		return question;
	question_free(question);
	return NULL;
}
