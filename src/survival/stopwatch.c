/* Owns measuring work that takes longer than a turn of the loop, whose clock stops meanwhile. */
#include "survival/stopwatch.h"

#include <time.h>

static uint64_t stopwatch_clock_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t) now.tv_sec * 1000 + (uint64_t) now.tv_nsec / 1000000;
}

uint64_t stopwatch_lap(struct stopwatch *stopwatch)
{
	uint64_t before_ms = stopwatch->since_ms;

	stopwatch->since_ms = stopwatch_clock_ms();
	return stopwatch->since_ms - before_ms;
}

uint64_t stopwatch_read(const struct stopwatch *stopwatch)
{
	return stopwatch_clock_ms() - stopwatch->since_ms;
}
