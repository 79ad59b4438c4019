/* How often something took how long, for programs that watch this one: a count for each bound, and
 * the sum. All zero is an empty one. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define HISTOGRAM_BOUNDS 12

struct histogram {
	uint64_t counts[HISTOGRAM_BOUNDS + 1]; /* up to each bound, and above the last */
	uint64_t total_ns;
};

void histogram_add(struct histogram *histogram, uint64_t ns);
/* The largest time that counts for an index below HISTOGRAM_BOUNDS. */
uint64_t histogram_bound_ns(size_t index);
uint64_t histogram_count(const struct histogram *histogram);
