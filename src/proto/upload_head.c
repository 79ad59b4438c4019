/* Owns the format of heads: a mark, the length of the fields, and the fields of base/pack.h. */
#include "proto/upload_head.h"

#include <assert.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/pack.h"
#include "base/text.h"

#define MARK "papod-up"
#define MARK_BYTES (sizeof(MARK) - 1)
#define FIELDS_AT (MARK_BYTES + sizeof(uint32_t))

enum upload_field {
	UPLOAD_FIELD_ACCOUNT = 1,
	UPLOAD_FIELD_LENGTH = 2,
	UPLOAD_FIELD_TYPE = 3,
	UPLOAD_FIELD_NAME = 4,
};

void upload_head_save(const struct upload_head *head, uint8_t bytes[UPLOAD_HEAD_BYTES])
{
	CLEANUP(buffer_done) struct buffer fields = { 0 };
	uint32_t length;

	pack_u64(&fields, UPLOAD_FIELD_ACCOUNT, head->account);
	pack_u64(&fields, UPLOAD_FIELD_LENGTH, head->length);
	pack_text(&fields, UPLOAD_FIELD_TYPE, head->type);
	pack_text(&fields, UPLOAD_FIELD_NAME, head->name);
	assert(fields.length <= UPLOAD_HEAD_BYTES - FIELDS_AT);
	length = htole32((uint32_t) fields.length);
	memset(bytes, 0, UPLOAD_HEAD_BYTES);
	memcpy(bytes, MARK, MARK_BYTES);
	memcpy(bytes + MARK_BYTES, &length, sizeof(length));
	memcpy(bytes + FIELDS_AT, fields.bytes, fields.length);
}

/* A text that does not fit stays empty. */
static void load_head_text(const struct pack_field *field, char *text, size_t bytes)
{
	if (field->length >= bytes || memchr(field->bytes, '\0', field->length))
		return;
	memcpy(text, field->bytes, field->length);
	text[field->length] = '\0';
}

static void load_head_field(const struct pack_field *field, struct upload_head *head)
{
	if (field->id == UPLOAD_FIELD_ACCOUNT)
		head->account = pack_field_u64(field);
	else if (field->id == UPLOAD_FIELD_LENGTH)
		head->length = pack_field_u64(field);
	else if (field->id == UPLOAD_FIELD_TYPE)
		load_head_text(field, head->type, sizeof(head->type));
	else if (field->id == UPLOAD_FIELD_NAME)
		load_head_text(field, head->name, sizeof(head->name));
}

bool upload_head_load(const uint8_t bytes[UPLOAD_HEAD_BYTES], struct upload_head *ret_head)
{
	struct upload_head head = { 0 };
	struct pack_field field;
	struct pack fields;
	uint32_t length;

	memcpy(&length, bytes + MARK_BYTES, sizeof(length));
	length = le32toh(length);
	if (memcmp(bytes, MARK, MARK_BYTES) != 0 || length > UPLOAD_HEAD_BYTES - FIELDS_AT)
		return false;
	fields = pack_over(bytes + FIELDS_AT, length);
	while (pack_next(&fields, &field))
		load_head_field(&field, &head);
	if (fields.failed || !head.account || !head.length || !head.type[0])
		return false;
	*ret_head = head;
	return true;
}

bool uploads_name_is_valid(const char *name)
{
	size_t length = strlen(name);

	for (size_t i = 0; i < length; i++)
		if (!text_is_letter(name[i]) && !text_is_digit(name[i]) && name[i] != '-' &&
			name[i] != '_')
			return false;
	return length == UPLOADS_NAME_LENGTH;
}
