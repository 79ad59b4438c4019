/* Speaking to somebody. */
#pragma once

#include "action/speech.h"

/* To a channel, perhaps with the prefixes of ranks in front, a user or a mask. */
void speak_to(struct speech *speech, const char *target);
