/* Feeds the JSON that ergo importdb reads. */
#include "registry.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	registry_feed(&registry_ergo, data, size);
	return 0;
}
