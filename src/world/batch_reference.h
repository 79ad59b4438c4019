/* References of batches. IRCv3 batch. */
#pragma once

#include <stdint.h>

struct world;

#define BATCH_REFERENCE_BYTES 24

uint64_t batch_reference_next(struct world *world); /* never 0, never used twice */
void batch_reference_format(uint64_t batch, char reference[BATCH_REFERENCE_BYTES]);
