/* Owns the arithmetic of rates. */
#include "base/bucket.h"

bool bucket_can_take(uint64_t full_ms, uint64_t now_ms, uint64_t unit_ms, uint64_t units)
{
	return full_ms <= now_ms + unit_ms * units;
}

uint64_t bucket_take(uint64_t full_ms, uint64_t now_ms, uint64_t taken_ms)
{
	return (full_ms > now_ms ? full_ms : now_ms) + taken_ms;
}

bool bucket_take_one(uint64_t *full_ms, uint64_t now_ms, struct rate rate)
{
	uint64_t unit_ms;

	if (!rate.count || !rate.seconds)
		return true;
	unit_ms = (uint64_t) rate.seconds * 1000 / rate.count;
	if (!bucket_can_take(*full_ms, now_ms, unit_ms, rate.count - 1))
		return false;
	*full_ms = bucket_take(*full_ms, now_ms, unit_ms);
	return true;
}
