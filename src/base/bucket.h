/* Token buckets, stored as the time at which the bucket would be full again (GCRA). Zero is a full
 * bucket. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct rate {
	uint32_t count;
	uint32_t seconds; /* 0: no limit */
};

/* Are at most this many units missing? */
bool bucket_can_take(uint64_t full_ms, uint64_t now_ms, uint64_t unit_ms, uint64_t units);

/* When the bucket would be full again after this is taken; it may go into debt. */
uint64_t bucket_take(uint64_t full_ms, uint64_t now_ms, uint64_t taken_ms);

/* Take one unit of the rate; false: the bucket is empty and unchanged. */
bool bucket_take_one(uint64_t *full_ms, uint64_t now_ms, struct rate rate);
