/* Owns saving and loading of structs by table. */
#include "base/fields.h"

#include <stdlib.h>
#include <string.h>

#include "base/address.h"

static uint64_t read_number(enum field_type type, const char *at)
{
	uint64_t u64;
	uint32_t u32;
	uint16_t u16;

	switch (type) {
	case FIELD_BOOL:
		return *(const bool *) at;
	case FIELD_U8:
		return *(const uint8_t *) at;
	case FIELD_U16:
		memcpy(&u16, at, sizeof(u16));
		return u16;
	case FIELD_U32:
		memcpy(&u32, at, sizeof(u32));
		return u32;
	case FIELD_U64:
		memcpy(&u64, at, sizeof(u64));
		return u64;
	case FIELD_TEXT:
	case FIELD_ADDRESS:
		break;
	}
	return 0;
}

static void write_field(enum field_type type, char *at, uint64_t value)
{
	uint32_t u32 = (uint32_t) value;
	uint16_t u16 = (uint16_t) value;

	switch (type) {
	case FIELD_BOOL:
		*(bool *) at = value != 0;
		break;
	case FIELD_U8:
		*(uint8_t *) at = (uint8_t) value;
		break;
	case FIELD_U16:
		memcpy(at, &u16, sizeof(u16));
		break;
	case FIELD_U32:
		memcpy(at, &u32, sizeof(u32));
		break;
	case FIELD_U64:
		memcpy(at, &value, sizeof(value));
		break;
	case FIELD_TEXT:
	case FIELD_ADDRESS:
		break;
	}
}

/* An unknown address is not saved, like a number that is 0. */
static void save_address(struct buffer *out, uint16_t id, const struct address *address)
{
	uint8_t bytes[ADDRESS_PACKED_BYTES];

	if (address->family == ADDRESS_FAMILY_NONE)
		return;
	address_pack(address, bytes);
	pack_bytes(out, id, bytes, sizeof(bytes));
}

static void save_other(struct buffer *out, const struct field *field, const char *at)
{
	char *text;

	if (field->type == FIELD_TEXT) {
		memcpy(&text, at, sizeof(text));
		pack_text(out, field->id, text);
	} else {
		save_address(out, field->id, (const struct address *) (const void *) at);
	}
}

static inline void save_field(struct buffer *out, const struct field *field, const char *at)
{
	uint64_t number;

	if (field->type == FIELD_TEXT || field->type == FIELD_ADDRESS) {
		save_other(out, field, at);
		return;
	}
	number = read_number(field->type, at);
	if (number)
		pack_u64(out, field->id, number);
}

void fields_save(
	struct buffer *out, const struct field *fields, size_t n_fields, const void *object)
{
	for (size_t i = 0; i < n_fields; i++)
		save_field(out, &fields[i], (const char *) object + fields[i].offset);
}

static void load_text(char *at, const struct pack_field *field)
{
	char *text;

	memcpy(&text, at, sizeof(text));
	free(text);
	text = pack_field_text(field);
	memcpy(at, &text, sizeof(text));
}

/* The rows of most tables are sorted by id, with gaps. So a row is seldom behind the place that its
 * id has without gaps: the search begins there, and goes backwards. NULL: there is none. */
static const struct field *find_row(const struct field *fields, size_t n_fields, uint16_t id)
{
	size_t i = id < n_fields ? id : n_fields;

	for (size_t left = n_fields; left; left--) {
		if (!i)
			i = n_fields;
		if (fields[--i].id == id)
			return &fields[i];
	}
	return NULL;
}

bool fields_load(
	const struct field *fields, size_t n_fields, void *object, const struct pack_field *field)
{
	const struct field *row = find_row(fields, n_fields, field->id);
	char *at;

	if (!row)
		return false;
	at = (char *) object + row->offset;
	if (row->type == FIELD_TEXT)
		load_text(at, field);
	else if (row->type == FIELD_ADDRESS)
		address_unpack(field->bytes, field->length, (struct address *) (void *) at);
	else
		write_field(row->type, at, pack_field_u64(field));
	return true;
}
