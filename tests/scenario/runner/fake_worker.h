/* What the worker's thread of papod does, at once, and with fewer rounds; and the questions to the
 * checker. */
#pragma once

#include <stdint.h>

#include "base/buffer.h"
#include "fake_checker.h"
#include "world/outbox.h"
#include "world/world.h"

struct fake_answer {
	struct buffer text; /* which the caller frees */
	uint64_t number;
	uint64_t step;
};

/* The status and the rest of the answer to an effect with a request. */
uint64_t fake_worker_run(const struct fake_checker *checker, const struct world *world,
	const struct effect *effect, struct fake_answer *answer);
