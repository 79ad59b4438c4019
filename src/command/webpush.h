/* Subscriptions to web push. */
#pragma once

#include "action/command.h"
#include "world/changes.h"

/* The subscription was stored or removed, or was not; the session may be NULL. */
void webpush_stored(struct call *call, const struct change *change, enum stored status);
