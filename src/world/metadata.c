/* Owns keys with values. */
#include "world/metadata.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define ENTRY_RECORD 1
#define KEY_FIELD 1
#define VALUE_FIELD 2

static bool is_key_byte(char byte)
{
	return (byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9') ||
	       (byte && strchr("_./-", byte));
}

bool metadata_key_is_valid(const char *key)
{
	size_t length = 0;

	while (is_key_byte(key[length]))
		length++;
	return length && !key[length] && length <= METADATA_KEY_BYTES;
}

static void metadata_entry_done(struct metadata_entry *entry)
{
	free(entry->key);
	free(entry->value);
}

void metadata_done(struct metadata *metadata)
{
	for (size_t i = 0; i < metadata->count; i++)
		metadata_entry_done(&metadata->entries[i]);
	free(metadata->entries);
	*metadata = (struct metadata){ 0 };
}

/* The index of the key, or where it would be inserted. */
static size_t place_of_key(const struct metadata *metadata, const char *key)
{
	size_t i = 0;

	while (i < metadata->count && strcmp(metadata->entries[i].key, key) < 0)
		i++;
	return i;
}

static bool is_at(const struct metadata *metadata, size_t i, const char *key)
{
	return i < metadata->count && strcmp(metadata->entries[i].key, key) == 0;
}

const char *metadata_get(const struct metadata *metadata, const char *key)
{
	size_t i = place_of_key(metadata, key);

	return is_at(metadata, i, key) ? metadata->entries[i].value : NULL;
}

static void remove_entry(struct metadata *metadata, size_t i)
{
	struct metadata_entry *entries = metadata->entries;

	metadata_entry_done(&entries[i]);
	metadata->count--;
	memmove(entries + i, entries + i + 1, (metadata->count - i) * sizeof(*entries));
}

static void insert_entry(struct metadata *metadata, size_t i, const char *key, const char *value)
{
	struct metadata_entry *entries =
		mem_resize(metadata->entries, metadata->count + 1, sizeof(*entries));

	memmove(entries + i + 1, entries + i, (metadata->count - i) * sizeof(*entries));
	entries[i] = (struct metadata_entry){ mem_text(key), mem_text(value) };
	metadata->entries = entries;
	metadata->count++;
}

bool metadata_set(struct metadata *metadata, const char *key, const char *value)
{
	size_t i = place_of_key(metadata, key);
	const char *old = is_at(metadata, i, key) ? metadata->entries[i].value : NULL;

	if (old == value || (old && value && strcmp(old, value) == 0))
		return false;
	if (!value)
		remove_entry(metadata, i);
	else if (old)
		mem_set_text(&metadata->entries[i].value, value);
	else
		insert_entry(metadata, i, key, value);
	return true;
}

void metadata_take(struct metadata *metadata, struct metadata *other)
{
	for (size_t i = 0; i < other->count; i++)
		metadata_set(metadata, other->entries[i].key, other->entries[i].value);
	metadata_done(other);
}

void metadata_save(struct buffer *out, uint16_t id, const struct metadata *metadata)
{
	size_t record, inner;

	if (!metadata->count)
		return;
	record = pack_begin(out, id);
	for (size_t i = 0; i < metadata->count; i++) {
		inner = pack_begin(out, ENTRY_RECORD);
		pack_text(out, KEY_FIELD, metadata->entries[i].key);
		pack_text(out, VALUE_FIELD, metadata->entries[i].value);
		pack_end(out, inner);
	}
	pack_end(out, record);
}

static void load_metadata_entry(struct metadata *metadata, struct pack record)
{
	struct metadata_entry entry = { 0 };
	struct pack_field field;

	while (pack_next(&record, &field))
		if (field.id == KEY_FIELD && !entry.key)
			entry.key = pack_field_text(&field);
		else if (field.id == VALUE_FIELD && !entry.value)
			entry.value = pack_field_text(&field);
	if (entry.key && entry.value && metadata_key_is_valid(entry.key))
		metadata_set(metadata, entry.key, entry.value);
	metadata_entry_done(&entry);
}

void metadata_load(struct metadata *metadata, struct pack record)
{
	struct pack_field field;

	while (pack_next(&record, &field))
		if (field.id == ENTRY_RECORD)
			load_metadata_entry(metadata, pack_field_record(&field));
}

bool metadata_is_in_order(const struct metadata *metadata)
{
	for (size_t i = 1; i < metadata->count; i++)
		if (strcmp(metadata->entries[i - 1].key, metadata->entries[i].key) >= 0)
			return false;
	return true;
}
