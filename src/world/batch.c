/* Owns the references of batches. */
#include "world/batch.h"

#include <stdio.h>

#include "world/world.h"

uint64_t batch_next(struct world *world)
{
	return ++world->last_batch;
}

void batch_format(uint64_t batch, char reference[BATCH_BYTES])
{
	snprintf(reference, BATCH_BYTES, "%llu", (unsigned long long) batch);
}
