/* Owns the list of what is to be stored of moderation. */
#include "world/moderation.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/fields.h"
#include "base/mem.h"
#include "world/world.h"

static const struct field unsaved_fields[] = {
	{ 1, FIELD_U32, FIELD_AT(unsaved, uint32_t, kind) },
	{ 2, FIELD_TEXT, FIELD_AT(unsaved, char *, name) },
	{ 3, FIELD_BOOL, FIELD_AT(unsaved, bool, is_under_way) },
};

void moderation_init(struct moderation *moderation)
{
	*moderation = (struct moderation){ 0 };
	list_init(&moderation->unsaved);
}

static void free_unsaved(struct unsaved *unsaved)
{
	list_remove(&unsaved->in_unsaved);
	free(unsaved->name);
	free(unsaved);
}

void moderation_done(struct moderation *moderation)
{
	while (!list_is_empty(&moderation->unsaved))
		free_unsaved(LIST_FIRST(&moderation->unsaved, struct unsaved, in_unsaved));
}

static struct unsaved *find_unsaved(const struct world *world, uint32_t kind, const char *name)
{
	struct unsaved *unsaved;

	LIST_EACH (unsaved, &world->moderation.unsaved, in_unsaved)
		if (unsaved->kind == kind && strcmp(unsaved->name, name) == 0)
			return unsaved;
	return NULL;
}

void moderation_touch(struct world *world, uint32_t kind, const char *name)
{
	struct unsaved *unsaved = find_unsaved(world, kind, name);

	world->moderation.is_touched = true;
	if (unsaved) {
		unsaved->is_under_way = false;
		return;
	}
	unsaved = mem_new(sizeof(*unsaved));
	unsaved->kind = kind;
	unsaved->name = mem_text(name);
	list_add_last(&world->moderation.unsaved, &unsaved->in_unsaved);
}

void moderation_retry(struct world *world)
{
	world->moderation.is_touched |= !list_is_empty(&world->moderation.unsaved);
}

bool moderation_take_touch(struct world *world)
{
	if (!world->moderation.is_touched || world->moderation.saving)
		return false;
	world->moderation.is_touched = false;
	return !list_is_empty(&world->moderation.unsaved);
}

void moderation_set_saving(struct world *world, uint64_t request)
{
	world->moderation.saving = request;
}

void unsaved_begin(struct unsaved *unsaved)
{
	unsaved->is_under_way = true;
}

void unsaved_end(struct world *world, uint32_t kind, const char *name, bool is_stored)
{
	struct unsaved *unsaved = find_unsaved(world, kind, name);

	if (unsaved && unsaved->is_under_way && is_stored)
		free_unsaved(unsaved);
	else if (unsaved)
		unsaved->is_under_way = false;
}

void moderation_save(struct buffer *out, uint16_t id, const struct world *world)
{
	const struct unsaved *unsaved;

	LIST_EACH (unsaved, &world->moderation.unsaved, in_unsaved) {
		size_t record = pack_begin(out, id);

		fields_save(out, unsaved_fields, ARRAY_LENGTH(unsaved_fields), unsaved);
		pack_end(out, record);
	}
}

/* What is_touched says is in a field of the world. */
void moderation_load(struct world *world, struct pack record)
{
	struct unsaved *unsaved = mem_new(sizeof(*unsaved));
	struct pack_field field;

	list_init(&unsaved->in_unsaved);
	while (pack_next(&record, &field))
		fields_load(unsaved_fields, ARRAY_LENGTH(unsaved_fields), unsaved, &field);
	if (unsaved->name && !find_unsaved(world, unsaved->kind, unsaved->name))
		list_add_last(&world->moderation.unsaved, &unsaved->in_unsaved);
	else
		free_unsaved(unsaved);
}
