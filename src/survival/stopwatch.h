/* How long something took, for the log. All zero is before the start. */
#pragma once

#include <stdint.h>

struct stopwatch {
	uint64_t since_ms;
};

/* Milliseconds since the last call; of the first call, of no meaning. */
uint64_t stopwatch_lap(struct stopwatch *stopwatch);
/* The same, but the lap goes on. */
uint64_t stopwatch_read(const struct stopwatch *stopwatch);
