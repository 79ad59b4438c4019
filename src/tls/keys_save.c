/* Owns the keys as bytes for another process, of this release or another one. */
#include <string.h>

#include "base/cleanup.h"
#include "base/fields.h"
#include "tls/keys.h"

static const struct field keys_fields[] = {
	{ 1, FIELD_U16, FIELD_AT(tls_keys, uint16_t, suite) },
	{ 2, FIELD_U16, FIELD_AT(tls_keys, uint16_t, max_fragment) },
	{ 3, FIELD_U16, FIELD_AT(tls_keys, uint16_t, update_debt) },
	{ 4, FIELD_U8, FIELD_AT(tls_keys, uint8_t, n_empty) },
	{ 5, FIELD_U8, FIELD_AT(tls_keys, uint8_t, flags) },
	{ 6, FIELD_U32, FIELD_AT(tls_keys, uint32_t, n_skipped) },
	{ 7, FIELD_U8, FIELD_AT(tls_keys, uint8_t, n_partial) },
};

static const struct field direction_fields[] = {
	{ 1, FIELD_U32, FIELD_AT(tls_direction, uint32_t, n_updates) },
	{ 2, FIELD_U64, FIELD_AT(tls_direction, uint64_t, number) },
};

enum keys_id {
	KEYS_ID_PARTIAL = 20,
	KEYS_ID_READ = 30,
	KEYS_ID_WRITE = 31,
};

enum direction_id {
	DIRECTION_ID_SECRET = 20,
	DIRECTION_ID_KEY = 21,
	DIRECTION_ID_IV = 22,
};

static void save_direction(struct buffer *out, uint16_t id, const struct tls_direction *direction)
{
	size_t begun = pack_begin(out, id);

	fields_save(out, direction_fields, ARRAY_LENGTH(direction_fields), direction);
	pack_bytes(out, DIRECTION_ID_SECRET, direction->secret, sizeof(direction->secret));
	pack_bytes(out, DIRECTION_ID_KEY, direction->key, sizeof(direction->key));
	pack_bytes(out, DIRECTION_ID_IV, direction->iv, sizeof(direction->iv));
	pack_end(out, begun);
}

void tls_keys_save(struct buffer *out, const struct tls_keys *keys)
{
	fields_save(out, keys_fields, ARRAY_LENGTH(keys_fields), keys);
	pack_bytes(out, KEYS_ID_PARTIAL, keys->partial, sizeof(keys->partial));
	save_direction(out, KEYS_ID_READ, &keys->read);
	save_direction(out, KEYS_ID_WRITE, &keys->write);
}

/* False: the field has another length. */
static bool load_key_bytes(const struct pack_field *field, uint8_t *out, size_t length)
{
	if (field->length != length)
		return false;
	memcpy(out, field->bytes, length);
	return true;
}

static bool load_direction_field(const struct pack_field *field, struct tls_direction *direction)
{
	switch (field->id) {
	case DIRECTION_ID_SECRET:
		return load_key_bytes(field, direction->secret, sizeof(direction->secret));
	case DIRECTION_ID_KEY:
		return load_key_bytes(field, direction->key, sizeof(direction->key));
	case DIRECTION_ID_IV:
		return load_key_bytes(field, direction->iv, sizeof(direction->iv));
	default:
		fields_load(direction_fields, ARRAY_LENGTH(direction_fields), direction, field);
		return true;
	}
}

static bool load_direction(const struct pack_field *record, struct tls_direction *direction)
{
	struct pack fields = pack_field_record(record);
	struct pack_field field;

	while (pack_next(&fields, &field))
		if (!load_direction_field(&field, direction))
			return false;
	return !fields.failed;
}

static bool load_keys_field(const struct pack_field *field, struct tls_keys *keys)
{
	switch (field->id) {
	case KEYS_ID_PARTIAL:
		return load_key_bytes(field, keys->partial, sizeof(keys->partial));
	case KEYS_ID_READ:
		return load_direction(field, &keys->read);
	case KEYS_ID_WRITE:
		return load_direction(field, &keys->write);
	default:
		fields_load(keys_fields, ARRAY_LENGTH(keys_fields), keys, field);
		return true;
	}
}

bool tls_keys_load(struct pack fields, struct tls_keys *ret_keys)
{
	struct tls_keys keys = { 0 };
	struct pack_field field;
	bool is_good = true;

	while (is_good && pack_next(&fields, &field))
		is_good = load_keys_field(&field, &keys);
	is_good = is_good && !fields.failed && tls_keys_are_valid(&keys);
	if (is_good)
		*ret_keys = keys;
	explicit_bzero(&keys, sizeof(keys));
	return is_good;
}
