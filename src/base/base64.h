/* Base64 (RFC 4648 section 4), with padding. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* The characters for this many bytes, without a final NUL. */
#define BASE64_LENGTH(bytes) (((bytes) + 2) / 3 * 4)

/* At most so many bytes are in this many characters. */
#define BASE64_MOST_BYTES(length) ((length) / 4 * 3)

/* Writes BASE64_LENGTH(length) characters and a NUL. */
void base64_encode(const void *bytes, size_t length, char *text);

/* Decode into BASE64_MOST_BYTES(length) bytes, which may begin where the text does. False, with the
 * bytes undefined: something else than base64_encode() writes, such as a space, padding that is
 * missing or in the middle, or bits behind the last byte. Thus each run of bytes has one text. */
bool base64_decode(const char *text, size_t length, void *bytes, size_t *ret_length);
