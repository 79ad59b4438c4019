/* Owns base64. */
#include "base/base64.h"

#include <stdint.h>

#define NO_DIGIT 64

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

/* Without a table, whose cache lines would reveal a secret's text to other programs. */
static uint32_t digit_bits(char digit)
{
	if (digit >= 'A' && digit <= 'Z')
		return (uint32_t) (digit - 'A');
	if (digit >= 'a' && digit <= 'z')
		return (uint32_t) (digit - 'a' + 26);
	if (digit >= '0' && digit <= '9')
		return (uint32_t) (digit - '0' + 52);
	if (digit == '+')
		return 62;
	return digit == '/' ? 63 : NO_DIGIT;
}

/* Four characters with this many padding characters at their end. */
static bool decode_group(const char *text, size_t padding, uint8_t *bytes)
{
	uint32_t bits = 0;

	for (size_t i = 0; i < 4; i++) {
		uint32_t digit = i < 4 - padding ? digit_bits(text[i]) : 0;

		if (digit == NO_DIGIT)
			return false;
		bits = bits << 6 | digit;
	}
	if (padding && (bits & ((1u << 8 * padding) - 1)))
		return false;
	for (size_t i = 0; i < 3 - padding; i++)
		bytes[i] = (uint8_t) (bits >> (16 - 8 * i));
	return true;
}

/* The bytes of a group are written after its characters were read, and lie before those of the
 * next. */
bool base64_decode(const char *text, size_t length, void *bytes, size_t *ret_length)
{
	uint8_t *at = bytes;
	size_t padding = 0;

	if (length % 4)
		return false;
	if (length && text[length - 1] == '=')
		padding = text[length - 2] == '=' ? 2 : 1;
	for (size_t done = 0; done < length; done += 4, at += 3)
		if (!decode_group(text + done, done + 4 == length ? padding : 0, at))
			return false;

	*ret_length = BASE64_MOST_BYTES(length) - padding;
	return true;
}
