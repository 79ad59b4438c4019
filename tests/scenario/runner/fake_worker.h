/* What the worker's thread of papod does, at once, and with fewer rounds; and the questions to the
 * checker. */
#pragma once

#include <stdint.h>

#include "base/buffer.h"
#include "fake_checker.h"
#include "world/outbox.h"
#include "world/world.h"

/* The status, the text and the number of the answer to an effect with a password. */
uint64_t fake_worker_run(const struct fake_checker *checker, const struct world *world,
	const struct effect *effect, struct buffer *text, uint64_t *ret_number);
