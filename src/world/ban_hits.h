/* How often bans of the server had an effect on somebody. */
#pragma once

#include "world/bans.h"

/* The ban has refused, disconnected or muted a client. */
void ban_note_hit(struct world *world, const struct ban *ban);
