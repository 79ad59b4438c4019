/* Owns when marks of accounts are stored. */
#include "action/marking.h"

#include "base/cleanup.h"
#include "world/account_marks.h"
#include "world/accounts.h"

#define RETRY_MS 60000

static struct change *begin_marks_change(void)
{
	struct change *change = change_new();

	change->kind = CHANGE_KIND_MARKS_SAVED;
	return change;
}

void marks_store(struct world *world, struct outbox *outbox)
{
	struct change *change;
	struct account *account;

	if (!world->marks_ms || world->storage != STORAGE_WORKS)
		return;
	change = begin_marks_change();
	world_set_marks_time(world, 0);
	ORDERED_EACH (account, &world->accounts.all)
		while (!account_marks_add_rows(world, change, account)) {
			change_ask(world, outbox, NULL, change);
			change = begin_marks_change();
		}
	if (change->n_rows)
		change_ask(world, outbox, NULL, change);
	else
		change_free(change);
}

void marks_tick(struct world *world, struct outbox *outbox)
{
	if (!world->marks_ms || world->marks_ms > world->now_ms)
		return;
	if (world->storage == STORAGE_WORKS)
		marks_store(world, outbox);
	else
		world_set_marks_time(world, world->now_ms + RETRY_MS);
}

/* What failed is tried again with the next ones, but not at once. */
void marks_stored(struct world *world, const struct change *change, bool is_stored)
{
	account_marks_stored(world, change, is_stored);
	if (!is_stored && world->marks_ms)
		world_set_marks_time(world, world->now_ms + RETRY_MS);
}
