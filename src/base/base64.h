/* Base64 (RFC 4648 section 4), with padding. */
#pragma once

#include <stddef.h>

/* The characters for this many bytes, without a final NUL. */
#define BASE64_LENGTH(bytes) (((bytes) + 2) / 3 * 4)

/* Writes BASE64_LENGTH(length) characters and a NUL. */
void base64_encode(const void *bytes, size_t length, char *text);
