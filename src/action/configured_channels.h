/* The channels that the configuration lists. */
#pragma once

#include "config/settings.h"
#include "world/outbox.h"
#include "world/world.h"

/* Bring the channels into line with the new settings of the world: create those that are new,
 * change what has changed since the old settings, and let go of those that are gone. NULL: there
 * are no old settings. */
void configured_channels_apply(
	struct world *world, struct outbox *outbox, const struct settings *old);
