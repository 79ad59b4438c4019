/* Owns lists of masks. */
#include "world/masklist.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/fields.h"
#include "base/mem.h"
#include "proto/mask.h"
#include "world/banmask.h"

#define ENTRY_RECORD 1

static const struct field entry_fields[] = {
	{ 1, FIELD_TEXT, FIELD_AT(mask_entry, char *, mask) },
	{ 2, FIELD_TEXT, FIELD_AT(mask_entry, char *, setter) },
	{ 3, FIELD_U64, FIELD_AT(mask_entry, uint64_t, set_wall_ms) },
	{ 4, FIELD_U64, FIELD_AT(mask_entry, uint64_t, expires_ms) },
};

static void mask_entry_done(struct mask_entry *entry)
{
	free(entry->mask);
	banmask_free(entry->banmask);
	free(entry->setter);
}

void masklist_done(struct masklist *list)
{
	for (size_t i = 0; i < list->count; i++)
		mask_entry_done(&list->entries[i]);
	free(list->entries);
	*list = (struct masklist){ 0 };
}

static size_t find_mask(const struct masklist *list, enum casemap casemap, const char *mask)
{
	size_t i = 0;

	while (i < list->count && !mask_equals(casemap, list->entries[i].mask, mask))
		i++;
	return i;
}

struct mask_entry *masklist_find(
	const struct masklist *list, enum casemap casemap, const char *mask)
{
	size_t i = find_mask(list, casemap, mask);

	return i < list->count ? &list->entries[i] : NULL;
}

static struct mask_entry *append_mask(struct masklist *list, struct mask_entry entry)
{
	list->entries = mem_resize(list->entries, list->count + 1, sizeof(*list->entries));
	entry.banmask = banmask_parse(entry.mask);
	list->entries[list->count] = entry;
	return &list->entries[list->count++];
}

struct mask_entry *masklist_add(
	struct masklist *list, const char *mask, const char *setter, uint64_t set_wall_ms)
{
	return append_mask(list, (struct mask_entry){ .mask = mem_text(mask),
					 .setter = mem_text(setter),
					 .set_wall_ms = set_wall_ms });
}

void mask_entry_set(struct mask_entry *entry, const char *mask)
{
	mem_set_text(&entry->mask, mask);
	banmask_free(entry->banmask);
	entry->banmask = banmask_parse(mask);
}

char *masklist_remove(struct masklist *list, enum casemap casemap, const char *mask)
{
	size_t i = find_mask(list, casemap, mask);
	char *removed;

	if (i == list->count)
		return NULL;
	removed = TAKE(list->entries[i].mask);
	mask_entry_done(&list->entries[i]);
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

/* An earlier release stored networks as given. Respell the entry; true: it was right. */
static bool is_spelled_well(struct mask_entry *entry)
{
	CLEANUP(mem_freep) char *given = entry->mask;

	if (!given || !banmask_complete(given, &entry->mask)) {
		entry->mask = TAKE(given);
		return true;
	}
	return strcmp(given, entry->mask) == 0;
}

/* A respelled mask may then be in the list twice. */
static void load_mask_entry(struct masklist *list, struct pack record, bool *is_respelled)
{
	struct mask_entry entry = { 0 };
	struct pack_field field;

	while (pack_next(&record, &field))
		fields_load(entry_fields, ARRAY_LENGTH(entry_fields), &entry, &field);
	if (!is_spelled_well(&entry))
		*is_respelled = true;
	if (!entry.mask || !entry.setter ||
		(*is_respelled && masklist_find(list, CASEMAP_ASCII, entry.mask)))
		mask_entry_done(&entry);
	else
		append_mask(list, entry);
}

void masklist_load(struct masklist *list, struct pack record)
{
	struct pack_field field;
	bool is_respelled = false;

	while (pack_next(&record, &field))
		if (field.id == ENTRY_RECORD)
			load_mask_entry(list, pack_field_record(&field), &is_respelled);
}
