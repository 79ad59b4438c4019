/* Owns the byte format of snapshots and recordings. */
#include "base/pack.h"

#include <assert.h>
#include <endian.h>
#include <string.h>

#include "base/mem.h"

static void store_little_endian(char *bytes, uint64_t value, size_t length)
{
	value = htole64(value);
	memcpy(bytes, &value, length);
}

static void set_header(char *bytes, uint16_t id, size_t length)
{
	assert(length <= UINT32_MAX);
	store_little_endian(bytes, id, 2);
	store_little_endian(bytes + 2, length, 4);
}

void pack_bytes(struct buffer *out, uint16_t id, const void *bytes, size_t length)
{
	char *field = buffer_extend(out, PACK_HEAD_BYTES + length);

	set_header(field, id, length);
	if (length)
		memcpy(field + PACK_HEAD_BYTES, bytes, length);
}

void pack_text(struct buffer *out, uint16_t id, const char *text)
{
	if (text)
		pack_bytes(out, id, text, strlen(text));
}

size_t pack_begin(struct buffer *out, uint16_t id)
{
	set_header(buffer_extend(out, PACK_HEAD_BYTES), id, 0);
	return out->length;
}

void pack_end(struct buffer *out, size_t begun)
{
	size_t length = out->length - begun;

	assert(length <= UINT32_MAX);
	store_little_endian(out->bytes + begun - 4, length, 4);
}

struct pack pack_over(const void *bytes, size_t length)
{
	const uint8_t *start = bytes;

	return (struct pack){ .at = start, .end = length ? start + length : start };
}

static uint64_t load_little_endian(const uint8_t *bytes, size_t length)
{
	uint64_t value = 0;

	memcpy(&value, bytes, length);
	return le64toh(value);
}

bool pack_next(struct pack *pack, struct pack_field *ret_field)
{
	size_t left = (size_t) (pack->end - pack->at);
	struct pack_field field;

	if (pack->failed || !left)
		return false;
	if (left < PACK_HEAD_BYTES)
		goto torn;
	field.id = (uint16_t) load_little_endian(pack->at, 2);
	field.length = load_little_endian(pack->at + 2, 4);
	field.bytes = pack->at + PACK_HEAD_BYTES;
	if (field.length > left - PACK_HEAD_BYTES)
		goto torn;

	pack->at = field.bytes + field.length;
	*ret_field = field;
	return true;
torn:
	pack->failed = true;
	return false;
}

uint64_t pack_field_u64(const struct pack_field *field)
{
	uint64_t value = 0;

	if (field->length > sizeof(value))
		return 0;
	for (size_t i = field->length; i-- > 0;)
		value = value << 8 | field->bytes[i];
	return value;
}

char *pack_field_text(const struct pack_field *field)
{
	return mem_text_n((const char *) field->bytes, field->length);
}

struct pack pack_field_record(const struct pack_field *field)
{
	return pack_over(field->bytes, field->length);
}
