/* Owns the bans that have ended and may still be in the database. */
#include "world/removed_bans.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "world/bans.h"
#include "world/world.h"

void bans_touch(struct bans *bans)
{
	bans->is_touched = true;
}

static struct removed_ban *find_removed(
	const struct bans *bans, enum ban_kind kind, const char *mask)
{
	struct removed_ban *removed;

	LIST_EACH (removed, &bans->removed, in_removed)
		if (removed->kind == kind && strcmp(removed->mask, mask) == 0)
			return removed;
	return NULL;
}

void bans_note_removed(struct bans *bans, enum ban_kind kind, const char *mask)
{
	struct removed_ban *removed;

	bans_touch(bans);
	if (find_removed(bans, kind, mask))
		return;
	removed = mem_new(sizeof(*removed));
	removed->kind = (uint8_t) kind;
	removed->mask = mem_text(mask);
	list_add_last(&bans->removed, &removed->in_removed);
}

static void free_removed_ban(struct removed_ban *removed)
{
	list_remove(&removed->in_removed);
	free(removed->mask);
	free(removed);
}

void bans_end_removed(struct bans *bans, enum ban_kind kind, const char *mask)
{
	struct removed_ban *removed = find_removed(bans, kind, mask);

	if (removed)
		free_removed_ban(removed);
}

void bans_forget_removed(struct bans *bans)
{
	while (!list_is_empty(&bans->removed))
		free_removed_ban(LIST_FIRST(&bans->removed, struct removed_ban, in_removed));
}

bool bans_take_touch(struct world *world)
{
	struct bans *bans = &world->bans;

	if (!bans->is_touched || bans->saving)
		return false;
	bans->is_touched = false;
	return true;
}

void bans_set_saving(struct bans *bans, uint64_t request)
{
	bans->saving = request;
}

void removed_bans_save(struct buffer *out, uint16_t id, const struct bans *bans)
{
	const struct removed_ban *removed;

	LIST_EACH (removed, &bans->removed, in_removed) {
		size_t record = pack_begin(out, id);

		pack_u64(out, 1, removed->kind);
		pack_text(out, 2, removed->mask);
		pack_end(out, record);
	}
}

void removed_ban_load(struct world *world, struct pack record)
{
	CLEANUP(mem_freep) char *mask = NULL;
	bool is_touched = world->bans.is_touched;
	struct pack_field field;
	uint64_t kind = 0;

	while (pack_next(&record, &field))
		if (field.id == 1) {
			kind = pack_field_u64(&field);
		} else if (field.id == 2) {
			free(mask);
			mask = pack_field_text(&field);
		}
	if (kind && kind < BAN_KINDS && mask)
		bans_note_removed(&world->bans, (enum ban_kind) kind, mask);
	world->bans.is_touched = is_touched;
}
