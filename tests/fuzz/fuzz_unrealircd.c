/* Feeds configurations of UnrealIRCd. */
#include "moving.h"
#include "moving/unrealircd.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	moving_feed(&mapping_unrealircd, data, size);
	return 0;
}
