/* Feeds databases of Atheme. */
#include "registry.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	registry_feed(&registry_atheme, data, size);
	return 0;
}
