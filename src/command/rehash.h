/* New settings, requested or loaded. */
#pragma once

#include "world/event.h"
#include "world/outbox.h"
#include "world/world.h"

void settings_arrived(struct world *world, struct outbox *outbox, const struct event *event);
void reload_failed(struct world *world, struct outbox *outbox, const struct event *event);
