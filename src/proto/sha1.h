/* SHA-1 (FIPS 180-4), only for the opening handshake of WebSocket, where it protects nothing
 * (RFC 6455 10.8). */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define SHA1_BYTES 20

void sha1(const void *bytes, size_t length, uint8_t digest[SHA1_BYTES]);
