/* Keys on the curve P-256. SEC 1, FIPS 186. */
#pragma once

#include <openssl/evp.h>
#include <stdint.h>

#include "proto/push_keys.h"

#define P256_PRIVATE_BYTES 32
#define P256_SIGNATURE_BYTES 64
#define P256_SECRET_BYTES 32

/* The caller frees. NULL: it is no private key (0, or too large). */
EVP_PKEY *p256_from_private(
	const uint8_t private_key[P256_PRIVATE_BYTES], uint8_t ret_point[PUSH_POINT_BYTES]);
/* NULL: the point is not on the curve. */
EVP_PKEY *p256_from_point(const uint8_t point[PUSH_POINT_BYTES]);

/* ECDH. RFC 8291 3.1. */
bool p256_agree(
	EVP_PKEY *own, const uint8_t other[PUSH_POINT_BYTES], uint8_t secret[P256_SECRET_BYTES]);
/* ES256. RFC 7518 3.4. */
bool p256_sign(
	EVP_PKEY *key, const void *text, size_t length, uint8_t signature[P256_SIGNATURE_BYTES]);
