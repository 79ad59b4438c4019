/* What clients of the bouncer ZNC ask for. */
#pragma once

#include "action/command.h"

/* Is a message to that target for *playback? */
bool znc_is_target(const struct call *call, const char *target);
void znc_playback(struct call *call, const char *text);
