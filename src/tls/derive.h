/* Keys from secrets. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "tls/hmac.h"

struct tls_bytes {
	uint8_t *bytes;
	size_t length;
};

/* HKDF-Expand-Label with an empty context (RFC 8446 7.1), of a secret of the suite's hash. At most
 * one hash long. */
void tls_derive_label(struct tls_hmac *hmac, const struct tls_suite *suite, const uint8_t *secret,
	const char *label, struct tls_bytes out);

/* The key block of TLS 1.2: PRF(master, "key expansion", seed). RFC 5246 6.3. */
struct tls_prf {
	const uint8_t *master; /* 48 bytes */
	const uint8_t *seed;   /* 64 bytes, the server's random bytes first */
};
void tls_derive_block(struct tls_hmac *hmac, const struct tls_suite *suite,
	const struct tls_prf *prf, struct tls_bytes out);
