/* Bytes as in RFC 8448: two digits each, with or without spaces. */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* Returns the number of bytes. The digits must be well-formed, and fit. */
size_t hex_parse(const char *text, uint8_t *out, size_t room);
void assert_hex(const uint8_t *bytes, size_t length, const char *text);
