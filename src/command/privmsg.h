/* Speaking to somebody. */
#pragma once

#include "action/speech.h"
#include "world/channel.h"

/* To those on it with at least that rank, if its modes let the caller; the target is how the
 * line calls it. */
void speak_on(
	const struct speech *speech, struct channel *channel, const char *target, uint32_t rank);

/* To a channel, perhaps with the prefixes of ranks in front, a user or a mask. */
void speak_to(const struct speech *speech, const char *target);
