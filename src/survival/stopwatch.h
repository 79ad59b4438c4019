/* How long something took, for the log. All zero is before the start. */
#pragma once

#include <stdint.h>

struct stopwatch {
	uint64_t since_ms;
};

/* Milliseconds since the last call; meaningless for the first call. */
uint64_t stopwatch_lap(struct stopwatch *stopwatch);
/* The same, but the lap continues. */
uint64_t stopwatch_read(const struct stopwatch *stopwatch);
