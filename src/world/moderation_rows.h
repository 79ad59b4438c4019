/* Things of moderation as rows of the database, and back. */
#pragma once

#include <stdbool.h>

#include "proto/store_row.h"

struct change;
struct world;

/* A thing that was stored comes in. False: malformed, or of a later release. */
bool moderation_take_row(struct world *world, const struct store_row *row);
/* The database has none of them: those in force stay, to be stored again. */
void moderation_forget_rows(struct world *world);

/* Add what differs, as much as a change can have. */
void moderation_add_rows(struct world *world, struct change *change);
/* Such a change was stored, or not. */
void moderation_saved(struct world *world, const struct change *change, bool is_stored);
