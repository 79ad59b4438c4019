/* So many in so much time, and then no more for a while: a token bucket, kept as the time
 * at which it would be full again (GCRA). Zero is a full bucket. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct rate {
	uint32_t count;
	uint32_t seconds; /* 0: no limit */
};

/* Is there anything in it? */
bool bucket_can_take(uint64_t full_ms, uint64_t now_ms, uint64_t unit_ms, uint64_t units);

/* When it would be full again after taking that much; it may go into debt. */
uint64_t bucket_take(uint64_t full_ms, uint64_t now_ms, uint64_t taken_ms);

/* One of a rate; false: too many, and nothing was taken. */
bool bucket_take_one(uint64_t *full_ms, uint64_t now_ms, struct rate rate);
