/* Owns lists of masks. */
#include "world/masklist.h"

#include <stdlib.h>

#include "base/cleanup.h"
#include "base/fields.h"
#include "base/mem.h"
#include "proto/mask.h"

#define ENTRY_RECORD 1

static const struct field entry_fields[] = {
	{ 1, FIELD_TEXT, FIELD_AT(mask_entry, char *, mask) },
	{ 2, FIELD_TEXT, FIELD_AT(mask_entry, char *, setter) },
	{ 3, FIELD_U64, FIELD_AT(mask_entry, uint64_t, set_wall_ms) },
	{ 4, FIELD_U64, FIELD_AT(mask_entry, uint64_t, expires_ms) },
};

static void entry_done(struct mask_entry *entry)
{
	free(entry->mask);
	free(entry->setter);
}

void masklist_done(struct masklist *list)
{
	for (size_t i = 0; i < list->count; i++)
		entry_done(&list->entries[i]);
	free(list->entries);
	*list = (struct masklist){ 0 };
}

static size_t find(const struct masklist *list, enum casemap casemap, const char *mask)
{
	size_t i = 0;

	while (i < list->count && !mask_equals(casemap, list->entries[i].mask, mask))
		i++;
	return i;
}

struct mask_entry *masklist_find(
	const struct masklist *list, enum casemap casemap, const char *mask)
{
	size_t i = find(list, casemap, mask);

	return i < list->count ? &list->entries[i] : NULL;
}

static struct mask_entry *append(struct masklist *list, struct mask_entry entry)
{
	list->entries = mem_resize(list->entries, list->count + 1, sizeof(*list->entries));
	list->entries[list->count] = entry;
	return &list->entries[list->count++];
}

struct mask_entry *masklist_add(
	struct masklist *list, const char *mask, const char *setter, uint64_t set_wall_ms)
{
	return append(
		list, (struct mask_entry){ mem_text(mask), mem_text(setter), set_wall_ms, 0 });
}

void mask_entry_set(struct mask_entry *entry, const char *mask)
{
	mem_set_text(&entry->mask, mask);
}

char *masklist_remove(struct masklist *list, enum casemap casemap, const char *mask)
{
	size_t i = find(list, casemap, mask);
	char *removed;

	if (i == list->count)
		return NULL;
	removed = TAKE(list->entries[i].mask);
	entry_done(&list->entries[i]);
	for (list->count--; i < list->count; i++)
		list->entries[i] = list->entries[i + 1];
	return removed;
}

void masklist_save(struct buffer *out, uint16_t id, const struct masklist *list)
{
	size_t record;

	if (!list->count)
		return;
	record = pack_begin(out, id);
	for (size_t i = 0; i < list->count; i++) {
		size_t entry = pack_begin(out, ENTRY_RECORD);

		fields_save(out, entry_fields, ARRAY_LENGTH(entry_fields), &list->entries[i]);
		pack_end(out, entry);
	}
	pack_end(out, record);
}

static void load_entry(struct masklist *list, struct pack record)
{
	struct mask_entry entry = { 0 };
	struct pack_field field;

	while (pack_next(&record, &field))
		fields_load(entry_fields, ARRAY_LENGTH(entry_fields), &entry, &field);
	if (entry.mask && entry.setter)
		append(list, entry);
	else
		entry_done(&entry);
}

void masklist_load(struct masklist *list, struct pack record)
{
	struct pack_field field;

	while (pack_next(&record, &field))
		if (field.id == ENTRY_RECORD)
			load_entry(list, pack_field_record(&field));
}
