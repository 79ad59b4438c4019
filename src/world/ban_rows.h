/* Bans that operators set, as rows of the database, and back. A ban is in force at once, and stored
 * soon after; the bans of the configuration are not stored. */
#pragma once

#include <stdbool.h>

#include "proto/store_row.h"

struct change;
struct world;

/* A ban that was stored comes in. False: malformed. */
bool bans_take_row(struct world *world, const struct store_row *row);
/* The database has no bans that the world knows of. Those in force stay, to be stored again. */
void bans_forget_rows(struct world *world);

/* Is there anything that the database lacks, or has and should not? */
bool bans_are_unsaved(const struct world *world);
/* Add what differs, as much as a change can have. */
void bans_add_rows(struct world *world, struct change *change);
/* Such a change was stored, or not. */
void bans_saved(struct world *world, const struct change *change, bool is_stored);
