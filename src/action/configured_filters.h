/* The filters that the configuration lists. */
#pragma once

#include "world/outbox.h"
#include "world/world.h"

/* Bring the filters into line with the new settings of the world: set those that are new or
 * different, end those that are gone. One that an operator has added with the same name becomes the
 * configuration's. */
void configured_filters_apply(struct world *world);
