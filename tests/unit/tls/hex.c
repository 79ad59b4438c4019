/* Owns reading hexadecimal digits. */
#include "hex.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define LONGEST 1024

size_t hex_parse(const char *text, uint8_t *out, size_t room)
{
	size_t length = 0;
	unsigned int value;

	for (text += strspn(text, " "); *text; text += strspn(text, " ")) {
		assert_true(length < room && sscanf(text, "%2x", &value) == 1 && text[1]);
		out[length++] = (uint8_t) value;
		text += 2;
	}
	return length;
}

void assert_hex(const uint8_t *bytes, size_t length, const char *text)
{
	uint8_t expected[LONGEST];

	assert_int_equal(hex_parse(text, expected, sizeof(expected)), length);
	assert_memory_equal(bytes, expected, length);
}
