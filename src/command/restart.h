/* A restart that failed. */
#pragma once

#include "world/event.h"
#include "world/outbox.h"
#include "world/world.h"

void restart_failed(struct world *world, struct outbox *outbox, const struct event *event);
