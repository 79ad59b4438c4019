/* Feeds configurations of InspIRCd. */
#include "moving.h"
#include "moving/inspircd.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	moving_feed(&mapping_inspircd, data, size);
	return 0;
}
