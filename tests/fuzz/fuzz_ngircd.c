/* Feeds configurations of ngIRCd. */
#include "moving.h"
#include "moving/ngircd.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	moving_feed(&mapping_ngircd, data, size);
	return 0;
}
