/* Both ends of a connection with fixed secrets, and records that no honest peer would send. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "tls/keys.h"
#include "tls/open.h"

#define PAIR_SUITES 9
extern const uint16_t pair_suites[PAIR_SUITES];

struct pair {
	struct tls_crypto *crypto;
	struct tls_keys server;
	struct tls_keys client;
};

void pair_init(struct pair *pair, struct tls_crypto *crypto, uint16_t suite);

/* What a forged record has besides a correct tag. */
struct forged {
	uint8_t type;
	const void *content;
	size_t length;
	size_t padding; /* TLS 1.3 */
};

/* Seal a record of any type, and of any length. Returns its length; `out` needs 256 bytes more than
 * the content and the padding. */
size_t forge_record(struct tls_crypto *crypto, struct tls_keys *keys, const struct forged *forged,
	uint8_t *out);
