/* Owns the bounds: a turn of the loop usually takes some tens of microseconds, and one of 10 ms is
 * felt. */
#include "base/histogram.h"

#define US 1000u
#define MS 1000000u

static const uint32_t bounds[HISTOGRAM_BOUNDS] = { 10 * US, 25 * US, 50 * US, 100 * US, 250 * US,
	500 * US, 1 * MS, 2500 * US, 5 * MS, 10 * MS, 50 * MS, 250 * MS };

void histogram_add(struct histogram *histogram, uint64_t ns)
{
	size_t i = 0;

	while (i < HISTOGRAM_BOUNDS && ns > bounds[i])
		i++;
	histogram->counts[i]++;
	histogram->total_ns += ns;
}

uint64_t histogram_bound_ns(size_t index)
{
	return bounds[index];
}

uint64_t histogram_count(const struct histogram *histogram)
{
	uint64_t count = 0;

	for (size_t i = 0; i <= HISTOGRAM_BOUNDS; i++)
		count += histogram->counts[i];
	return count;
}
