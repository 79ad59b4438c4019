/* What expires: accounts that were never verified, and, where the settings say so, accounts and
 * registered channels that were not used for some time.
 *
 * The day of the last use is stored, not its time, so a row is written at most once a day. A sweep
 * each hour notes the uses, and ends only a few accounts and channels: a wrong clock or a long
 * outage cannot end all at once. Where no day is known, the first sweep counts as a use. */
#pragma once

#include <stdbool.h>

#include "world/changes.h"
#include "world/outbox.h"
#include "world/registered_channels.h"
#include "world/world.h"

/* A sweep ends at most so many accounts that were used once, and as many channels. */
#define EXPIRING_MOST 20
/* Days before its end in which the founder of a channel is warned. */
#define EXPIRING_WARNING_DAYS 14

/* Call it when the timers run. */
void expiring_tick(struct world *world, struct outbox *outbox);
/* A change of kind CHANGE_KIND_USES_SAVED is over. */
void expiring_stored(struct world *world, const struct change *change, bool is_stored);

/* The days that the channel has left without use; UINT32_MAX: it does not expire. */
uint32_t expiring_days_left(const struct world *world, const struct registered_channel *registered);
