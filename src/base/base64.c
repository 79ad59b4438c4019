/* Owns base64. */
#include "base/base64.h"

#include <stdint.h>

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* One to three bytes become four characters. */
static void encode_group(const uint8_t *bytes, size_t length, char *text)
{
	uint32_t bits = (uint32_t) bytes[0] << 16;

	if (length > 1)
		bits |= (uint32_t) bytes[1] << 8;
	if (length > 2)
		bits |= bytes[2];
	text[0] = alphabet[bits >> 18];
	text[1] = alphabet[bits >> 12 & 63];
	text[2] = (char) (length > 1 ? alphabet[bits >> 6 & 63] : '=');
	text[3] = (char) (length > 2 ? alphabet[bits & 63] : '=');
}

void base64_encode(const void *bytes, size_t length, char *text)
{
	const uint8_t *at = bytes;

	for (; length; text += 4) {
		size_t group = length < 3 ? length : 3;

		encode_group(at, group, text);
		at += group;
		length -= group;
	}
	*text = '\0';
}
