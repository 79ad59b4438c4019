/* Feeds configurations of Ergo. */
#include "moving.h"
#include "moving/ergo.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	moving_feed(&mapping_ergo, data, size);
	return 0;
}
