/* Owns the storing of what operators add beside bans. */
#include "action/moderating.h"

#include "action/notices.h"
#include "world/changes.h"
#include "world/moderation_rows.h"

static void report_unstored_moderation(struct world *world, struct outbox *outbox)
{
	notice_operators(world, outbox, NOTICE_KIND_BAN,
		"Filters or reports have changed, but cannot be stored: at the next stop of the "
		"server the change is lost, unless the database works before");
}

void moderating_store(struct world *world, struct outbox *outbox)
{
	struct change *change;

	if (!moderation_take_touch(world) || world->storage < STORAGE_FAILING)
		return;
	if (world->storage != STORAGE_WORKS) {
		report_unstored_moderation(world, outbox);
		return;
	}
	change = change_new();
	change->kind = CHANGE_KIND_MODERATION_SAVED;
	moderation_add_rows(world, change);
	if (change->n_rows)
		change_ask(world, outbox, NULL, change);
	else
		change_free(change);
}

void moderating_stored(
	struct world *world, struct outbox *outbox, const struct change *change, bool is_stored)
{
	moderation_saved(world, change, is_stored);
	if (!is_stored)
		report_unstored_moderation(world, outbox);
}
