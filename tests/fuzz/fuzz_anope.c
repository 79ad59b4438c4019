/* Feeds databases of Anope, in both formats. */
#include "registry.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	registry_feed(&registry_anope, data, size);
	return 0;
}
