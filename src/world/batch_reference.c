/* Owns the references of batches. */
#include "world/batch_reference.h"

#include <stdio.h>

#include "world/world.h"

uint64_t batch_reference_next(struct world *world)
{
	return ++world->last_batch;
}

void batch_reference_format(uint64_t batch, char reference[BATCH_REFERENCE_BYTES])
{
	snprintf(reference, BATCH_REFERENCE_BYTES, "%llu", (unsigned long long) batch);
}
