/* Any bytes as the keys of a subscription: what is read is written as texts that read the same. */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "proto/push_keys.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(mem_freep) char *text = mem_text_n((const char *) data, size);
	char p256dh[PUSH_POINT_TEXT_BYTES], auth[PUSH_AUTH_TEXT_BYTES];
	struct push_keys keys, again;

	if (!push_keys_parse(text, &keys))
		return 0;
	assert(keys.point[0] == 4);
	push_keys_format(&keys, p256dh, auth);
	assert(strlen(p256dh) == PUSH_POINT_TEXT_BYTES - 1);
	assert(strlen(auth) == PUSH_AUTH_TEXT_BYTES - 1);
	assert(push_keys_decode(p256dh, auth, &again));
	assert(memcmp(&keys, &again, sizeof(keys)) == 0);
	return 0;
}
