/* Fingerprints of client certificates, as people write them: the SHA-256 or SHA-512 of the
 * certificate, or of its public key, which a renewed certificate may keep. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "proto/tls_facts.h"

struct certfp {
	uint8_t length; /* TLS_SHA256_BYTES or TLS_SHA512_BYTES */
	uint8_t bytes[TLS_SHA512_BYTES];
};

/* 64 or 128 hexadecimal digits in any case; a colon may follow each pair, as openssl prints them.
 * False: something else. */
bool certfp_parse(const char *text, struct certfp *ret_certfp);
/* In lower case and without colons. */
void certfp_format(const uint8_t *bytes, size_t length, struct buffer *out);

/* Is it the hash of the client's certificate or of its key? NULL has none. */
bool certfp_matches(const struct certfp *certfp, const struct tls_facts *facts);
