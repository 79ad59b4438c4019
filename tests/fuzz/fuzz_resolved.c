/* Any bytes as the answer of systemd-resolved to papod-push. */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/push_wall.h"
#include "push/resolved.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct address addresses[4];
	char text[ADDRESS_TEXT_BYTES];
	size_t count = 0;

	if (!resolved_read((const char *) data, size, addresses, 4, &count))
		return 0;
	assert(count <= 4);
	for (size_t i = 0; i < count; i++) {
		assert(addresses[i].family == ADDRESS_FAMILY_IPV4 ||
			addresses[i].family == ADDRESS_FAMILY_IPV6);
		address_format(&addresses[i], text);
		(void) push_wall_is_public(&addresses[i]);
	}
	return 0;
}
