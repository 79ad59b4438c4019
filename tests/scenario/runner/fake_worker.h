/* What the worker's thread of papod does, at once, and with fewer rounds. */
#pragma once

#include <stdbool.h>

#include "base/buffer.h"
#include "world/outbox.h"
#include "world/world.h"

/* EFFECT_VERIFY, EFFECT_AUTHENTICATE or EFFECT_DERIVE: is the answer yes, and with which text and
 * number? */
bool fake_worker_run(const struct world *world, const struct effect *effect, struct buffer *text,
	uint64_t *ret_number);
