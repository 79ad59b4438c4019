/* How often bans of the server, and exemptions from them, had an effect on somebody. */
#pragma once

#include "world/bans.h"

/* The ban has refused, disconnected or muted a client; or the E-line has kept a ban off. */
void ban_note_hit(struct world *world, const struct ban *ban);
/* The same by its number; 0: nothing. */
void ban_note_hit_of(struct world *world, uint64_t number);
