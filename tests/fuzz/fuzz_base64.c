/* Any bytes: their text is decoded to them. Any text: it is refused, or is the text of its bytes.
 */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "base/mem.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_bytes(const uint8_t *data, size_t size)
{
	char *text = mem_space(BASE64_LENGTH(size) + 1);
	size_t length;

	base64_encode(data, size, text);
	assert(strlen(text) == BASE64_LENGTH(size));
	assert(base64_decode(text, strlen(text), text, &length));
	assert(length == size && (!size || memcmp(text, data, size) == 0));
	free(text);
}

static void check_text(const char *text, size_t length)
{
	uint8_t *bytes = mem_space(BASE64_MOST_BYTES(length) + 1);
	char *again = mem_space(length + 1);
	size_t n;

	if (base64_decode(text, length, bytes, &n)) {
		assert(BASE64_LENGTH(n) == length);
		base64_encode(bytes, n, again);
		assert(!length || memcmp(again, text, length) == 0);
	}
	free(again);
	free(bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	check_bytes(data, size);
	check_text((const char *) data, size);
	return 0;
}
