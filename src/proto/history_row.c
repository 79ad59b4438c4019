/* Owns the form of history on its way between the world and the store. */
#include "proto/history_row.h"

#include <string.h>

#include "base/cleanup.h"

/* Of a line that a client is sent, without source and text. */
#define LINE_HEAD_BYTES 150

enum row_field {
	ROW_FIELD_ID = 1,
	ROW_FIELD_BIRTH,
	ROW_FIELD_TARGET,
	ROW_FIELD_VERB,
	ROW_FIELD_AUTHOR,
	ROW_FIELD_SOURCE,
	ROW_FIELD_ACCOUNT,
	ROW_FIELD_TEXT,
	ROW_FIELD_REST,
	ROW_FIELD_NAME,
	ROW_FIELD_HEARD,
};

/* Of a request; each owner has two. */
enum request_field {
	REQUEST_FIELD_ROW = 1,
	REQUEST_FIELD_NUMBER,
	REQUEST_FIELD_OWNERS,
	REQUEST_FIELD_MEMORY = 20,
};

struct piece piece_of(const char *text)
{
	return (struct piece){ text, text ? strlen(text) : 0 };
}

static void pack_number(struct buffer *out, uint16_t id, uint64_t value)
{
	if (value)
		pack_u64(out, id, value);
}

static void pack_piece(struct buffer *out, uint16_t id, struct piece piece)
{
	if (piece.length)
		pack_bytes(out, id, piece.bytes, piece.length);
}

static struct piece piece_of_field(const struct pack_field *field)
{
	return (struct piece){ (const char *) field->bytes, field->length };
}

void history_row_save(struct buffer *out, uint16_t id, const struct history_row *row)
{
	size_t record = pack_begin(out, id);

	pack_number(out, ROW_FIELD_ID, row->id);
	pack_number(out, ROW_FIELD_BIRTH, row->birth);
	pack_number(out, ROW_FIELD_TARGET, (uint64_t) row->target);
	pack_number(out, ROW_FIELD_HEARD, row->heard);
	pack_number(out, ROW_FIELD_VERB, row->verb);
	pack_number(out, ROW_FIELD_AUTHOR, row->author);
	pack_piece(out, ROW_FIELD_SOURCE, row->source);
	pack_piece(out, ROW_FIELD_ACCOUNT, row->account);
	pack_piece(out, ROW_FIELD_TEXT, row->text);
	pack_piece(out, ROW_FIELD_REST, row->rest);
	pack_piece(out, ROW_FIELD_NAME, row->name);
	pack_end(out, record);
}

static void load_row_field(struct history_row *row, const struct pack_field *field)
{
	switch (field->id) {
	case ROW_FIELD_ID:
		row->id = pack_field_u64(field);
		return;
	case ROW_FIELD_BIRTH:
		row->birth = pack_field_u64(field);
		return;
	case ROW_FIELD_TARGET:
		row->target = (int64_t) pack_field_u64(field);
		return;
	case ROW_FIELD_HEARD:
		row->heard = pack_field_u64(field);
		return;
	case ROW_FIELD_VERB:
		row->verb = (uint32_t) pack_field_u64(field);
		return;
	case ROW_FIELD_AUTHOR:
		row->author = pack_field_u64(field);
		return;
	case ROW_FIELD_SOURCE:
		row->source = piece_of_field(field);
		return;
	case ROW_FIELD_ACCOUNT:
		row->account = piece_of_field(field);
		return;
	case ROW_FIELD_TEXT:
		row->text = piece_of_field(field);
		return;
	case ROW_FIELD_REST:
		row->rest = piece_of_field(field);
		return;
	case ROW_FIELD_NAME:
		row->name = piece_of_field(field);
		return;
	}
}

bool history_row_load(struct pack record, struct history_row *ret_row)
{
	struct history_row row = { 0 };
	struct pack_field field;

	while (pack_next(&record, &field))
		load_row_field(&row, &field);
	if (record.failed)
		return false;
	*ret_row = row;
	return true;
}

/* The lines of a message may be sent one by one, each with source, target and tags. */
size_t history_row_shown_bytes(const struct history_row *row, size_t record)
{
	size_t n_more = 0;

	for (size_t i = 0; i < row->text.length; i++)
		n_more += row->text.bytes[i] == '\n' || row->text.bytes[i] == '\r';
	return record + n_more * (LINE_HEAD_BYTES + row->source.length + row->name.length);
}

void history_request_save(struct buffer *out, const struct history_request *request)
{
	size_t record = pack_begin(out, (uint16_t) request->kind);
	uint16_t id = REQUEST_FIELD_OWNERS;

	history_row_save(out, REQUEST_FIELD_ROW, &request->row);
	pack_number(out, REQUEST_FIELD_NUMBER, request->number);
	pack_number(out, REQUEST_FIELD_MEMORY, request->is_in_memory);
	for (size_t i = 0; i < ARRAY_LENGTH(request->owners); i++) {
		pack_number(out, id++, request->owners[i].account);
		pack_piece(out, id++, request->owners[i].name);
	}
	pack_end(out, record);
}

static bool load_request_field(struct history_request *request, const struct pack_field *field)
{
	size_t i = field->id - REQUEST_FIELD_OWNERS;

	if (field->id == REQUEST_FIELD_ROW)
		return history_row_load(pack_field_record(field), &request->row);
	if (field->id == REQUEST_FIELD_NUMBER)
		request->number = pack_field_u64(field);
	else if (field->id == REQUEST_FIELD_MEMORY)
		request->is_in_memory = pack_field_u64(field);
	else if (i < 2 * ARRAY_LENGTH(request->owners) && i % 2 == 0)
		request->owners[i / 2].account = pack_field_u64(field);
	else if (i < 2 * ARRAY_LENGTH(request->owners))
		request->owners[i / 2].name = piece_of_field(field);
	return true;
}

bool history_request_load(const struct pack_field *field, struct history_request *ret_request)
{
	struct history_request request = { .kind = (enum history_request_kind) field->id };
	struct pack record = pack_field_record(field);
	struct pack_field inner;

	if (!field->id || field->id >= HISTORY_REQUESTS)
		return false;
	while (pack_next(&record, &inner))
		if (!load_request_field(&request, &inner))
			return false;
	if (record.failed)
		return false;
	*ret_request = request;
	return true;
}

bool history_request_is_removal(const void *bytes, size_t length)
{
	struct pack pack = pack_over(bytes, length);
	struct pack_field field;

	return pack_next(&pack, &field) &&
	       (field.id == HISTORY_REQUEST_REMOVE || field.id == HISTORY_REQUEST_ERASE ||
		       field.id == HISTORY_REQUEST_FORGET);
}
