/* Messages to any target. */
#pragma once

#include "action/speech.h"

/* Send to a channel (with prefixes of ranks in front, if any), a user or a mask. */
void speak_to(struct speech *speech, const char *target);
