/* Owns the batches of clients. */
#include "world/client_batch.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/fields.h"
#include "base/mem.h"

#define LINE_RECORD 100
#define TEXT_FIELD 1
#define JOINED_FIELD 2

static const struct field batch_fields[] = {
	{ 1, FIELD_TEXT, FIELD_AT(client_batch, char *, reference) },
	{ 2, FIELD_TEXT, FIELD_AT(client_batch, char *, target) },
	{ 3, FIELD_TEXT, FIELD_AT(client_batch, char *, label) },
	{ 4, FIELD_TEXT, FIELD_AT(client_batch, char *, tags) },
	{ 5, FIELD_BOOL, FIELD_AT(client_batch, bool, is_notice) },
	{ 6, FIELD_U64, FIELD_AT(client_batch, uint64_t, opened_ms) },
};

struct client_batch *client_batch_new(const char *reference, const char *target, uint64_t now_ms)
{
	struct client_batch *batch = mem_new(sizeof(*batch));

	batch->reference = mem_text(reference);
	batch->target = mem_text(target);
	batch->opened_ms = now_ms;
	return batch;
}

static void drop_lines(struct client_batch *batch)
{
	for (size_t i = 0; i < batch->n_lines; i++)
		free(batch->lines[i].text);
	free(batch->lines);
	batch->lines = NULL;
	batch->n_lines = 0;
	batch->bytes = 0;
}

void client_batch_free(struct client_batch *batch)
{
	if (!batch)
		return;
	drop_lines(batch);
	free(batch->reference);
	free(batch->target);
	free(batch->label);
	free(batch->tags);
	free(batch);
}

void client_batch_set_tags(struct client_batch *batch, const char *tags, const char *label)
{
	mem_set_text(&batch->tags, tags);
	mem_set_text(&batch->label, label);
}

size_t client_batch_bytes_with(const struct client_batch *batch, const char *text, bool is_joined)
{
	return batch->bytes + (batch->n_lines && !is_joined) + strlen(text);
}

void client_batch_add(struct client_batch *batch, const char *text, bool is_joined, bool is_notice)
{
	batch->bytes = client_batch_bytes_with(batch, text, is_joined);
	batch->is_notice = is_notice;
	batch->lines = mem_resize(batch->lines, batch->n_lines + 1, sizeof(*batch->lines));
	batch->lines[batch->n_lines++] = (struct client_line){ mem_text(text), is_joined };
}

void client_batch_fail(struct client_batch *batch)
{
	drop_lines(batch);
	mem_set_text(&batch->target, NULL);
	client_batch_set_tags(batch, NULL, NULL);
}

bool client_batch_is_blank(const struct client_batch *batch)
{
	for (size_t i = 0; i < batch->n_lines; i++)
		if (*batch->lines[i].text)
			return false;
	return true;
}

char *client_batch_text(const struct client_batch *batch)
{
	struct buffer text = { 0 };

	buffer_reserve(&text, batch->bytes);
	for (size_t i = 0; i < batch->n_lines; i++) {
		if (i && !batch->lines[i].is_joined)
			buffer_put_byte(&text, '\n');
		buffer_put_text(&text, batch->lines[i].text);
	}
	return buffer_take(&text);
}

void client_batch_save(struct buffer *out, uint16_t id, const struct client_batch *batch)
{
	size_t record = pack_begin(out, id), inner;

	fields_save(out, batch_fields, ARRAY_LENGTH(batch_fields), batch);
	for (size_t i = 0; i < batch->n_lines; i++) {
		inner = pack_begin(out, LINE_RECORD);
		pack_text(out, TEXT_FIELD, batch->lines[i].text);
		pack_u64(out, JOINED_FIELD, batch->lines[i].is_joined);
		pack_end(out, inner);
	}
	pack_end(out, record);
}

static void load_line(struct client_batch *batch, struct pack record)
{
	CLEANUP(mem_freep) char *text = NULL;
	struct pack_field field;
	bool is_joined = false;

	while (pack_next(&record, &field))
		if (field.id == TEXT_FIELD && !text)
			text = pack_field_text(&field);
		else if (field.id == JOINED_FIELD)
			is_joined = pack_field_u64(&field);
	if (text)
		client_batch_add(batch, text, is_joined, batch->is_notice);
}

struct client_batch *client_batch_load(struct pack record)
{
	struct client_batch *batch = mem_new(sizeof(*batch));
	struct pack_field field;

	while (pack_next(&record, &field))
		if (field.id == LINE_RECORD)
			load_line(batch, pack_field_record(&field));
		else
			fields_load(batch_fields, ARRAY_LENGTH(batch_fields), batch, &field);
	if (batch->reference && (batch->target || !batch->n_lines))
		return batch;
	client_batch_free(batch);
	return NULL;
}
