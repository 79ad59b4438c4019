/* Owns the table of kinds of things of moderation. */
#include "world/moderation_rows.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "world/changes.h"
#include "world/filter_rows.h"
#include "world/world.h"

/* A change has fewer rows than the store takes at once. */
#define MOST_MODERATION_ROWS 48

static const struct kind {
	uint32_t kind;
	const char *name; /* in the database */
	/* Write its fields. False: it is gone. */
	bool (*put)(const struct world *world, const char *name, struct buffer *out);
	/* False: malformed. */
	bool (*take)(struct world *world, const char *name, struct pack fields);
	void (*touch_all)(struct world *world);
} kinds[] = {
	{ MODERATION_KIND_FILTER, "filter", filter_put_row, filter_take_row, filters_touch },
	{ MODERATION_KIND_LOCKDOWN, "lockdown", lockdown_put_row, lockdown_take_row,
		lockdown_touch },
	{ MODERATION_KIND_REPORT, "report", complaint_put_row, complaint_take_row,
		complaints_touch },
	{ MODERATION_KIND_ADDRESS, "address", known_address_put_row, known_address_take_row,
		known_addresses_touch },
};

static const struct kind *find_moderation_kind(uint32_t number)
{
	for (size_t i = 0; i < ARRAY_LENGTH(kinds); i++)
		if (kinds[i].kind == number)
			return &kinds[i];
	return NULL;
}

static const struct kind *find_moderation_kind_named(const char *name)
{
	for (size_t i = 0; i < ARRAY_LENGTH(kinds); i++)
		if (strcmp(kinds[i].name, name) == 0)
			return &kinds[i];
	return NULL;
}

/* The key of a row. The name is owned by the caller; NULL: malformed, or of a later release. */
static const struct kind *read_moderation_key(const struct store_row *row, char **ret_name)
{
	struct pack pack = pack_over(row->bytes, row->length);
	CLEANUP(mem_freep) char *kind = NULL;
	CLEANUP(mem_freep) char *name = NULL;
	const struct kind *found;
	struct pack_field field;

	while (pack_next(&pack, &field))
		if (field.id == STORE_MODERATION_KIND && !kind)
			kind = pack_field_text(&field);
		else if (field.id == STORE_MODERATION_NAME && !name)
			name = pack_field_text(&field);
	found = kind && name && *name ? find_moderation_kind_named(kind) : NULL;
	if (found)
		*ret_name = TAKE(name);
	return found;
}

bool moderation_take_row(struct world *world, const struct store_row *row)
{
	CLEANUP(mem_freep) char *name = NULL;
	const struct kind *kind = read_moderation_key(row, &name);

	if (row->is_removal)
		return true;
	return kind && kind->take(world, name, pack_over(row->bytes, row->length));
}

void moderation_forget_rows(struct world *world)
{
	for (size_t i = 0; i < ARRAY_LENGTH(kinds); i++)
		kinds[i].touch_all(world);
}

static void add_moderation_row(
	struct world *world, struct change *change, const struct unsaved *unsaved)
{
	const struct kind *kind = find_moderation_kind(unsaved->kind);
	struct store_row row = { .table = STORE_TABLE_MODERATION };
	CLEANUP(buffer_done) struct buffer bytes = { 0 };

	if (!kind)
		return; /* a later release had it */
	pack_text(&bytes, STORE_MODERATION_KIND, kind->name);
	pack_text(&bytes, STORE_MODERATION_NAME, unsaved->name);
	row.is_removal = !kind->put(world, unsaved->name, &bytes);
	row.bytes = bytes.bytes;
	row.length = bytes.length;
	change_add_row(world, change, row);
}

void moderation_add_rows(struct world *world, struct change *change)
{
	struct unsaved *unsaved;

	LIST_EACH (unsaved, &world->moderation.unsaved, in_unsaved) {
		if (change->n_rows >= MOST_MODERATION_ROWS)
			return;
		add_moderation_row(world, change, unsaved);
		unsaved_begin(unsaved);
	}
}

void moderation_saved(struct world *world, const struct change *change, bool is_stored)
{
	struct pack pack = pack_over(change->rows.bytes, change->rows.length);
	struct pack_field field;
	struct store_row row;

	while (pack_next(&pack, &field)) {
		CLEANUP(mem_freep) char *name = NULL;
		const struct kind *kind = store_row_load(pack_field_record(&field), &row)
						  ? read_moderation_key(&row, &name)
						  : NULL;

		if (kind)
			unsaved_end(world, kind->kind, name, is_stored);
	}
	if (is_stored)
		moderation_retry(world);
}
