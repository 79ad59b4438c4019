/* The frame of a record: type, version and length. RFC 8446 5, RFC 5246 6.2. */
#pragma once

#include <endian.h>
#include <stdint.h>
#include <string.h>

#include "tls/keys.h"

#define TLS_HEAD_BYTES 5
#define TLS_VERSION_BYTE 3 /* twice: TLS 1.2, and what TLS 1.3 calls itself in records */
#define TLS_EXPLICIT_MAX 8
/* The longest record that tls_seal() writes and tls_open() accepts. */
#define TLS_RECORD_MAX (TLS_HEAD_BYTES + TLS_EXPLICIT_MAX + TLS_PLAIN_MAX + 1 + TLS_TAG_BYTES)

enum tls_content {
	TLS_CONTENT_CHANGE_CIPHER_SPEC = 20,
	TLS_CONTENT_ALERT = 21,
	TLS_CONTENT_HANDSHAKE = 22,
	TLS_CONTENT_DATA = 23,
};

enum tls_handshake {
	TLS_HANDSHAKE_CLIENT_HELLO = 1,
	TLS_HANDSHAKE_KEY_UPDATE = 24,
};

/* A record's bytes besides its content. */
static inline size_t tls_record_overhead(const struct tls_suite *suite)
{
	return TLS_HEAD_BYTES + suite->explicit_bytes + suite->is_1_3 + TLS_TAG_BYTES;
}

static inline void tls_record_put_head(uint8_t *head, uint8_t type, size_t length)
{
	head[0] = type;
	head[1] = head[2] = TLS_VERSION_BYTE;
	head[3] = (uint8_t) (length >> 8);
	head[4] = (uint8_t) length;
}

/* What TLS 1.2 authenticates besides the content: the number, and a head with the length of the
 * plaintext. RFC 5246 6.2.3.3. */
#define TLS_LONG_HEAD_BYTES (8 + TLS_HEAD_BYTES)

static inline void tls_record_put_long_head(
	uint8_t *head, uint64_t number, uint8_t type, size_t length)
{
	number = htobe64(number);
	memcpy(head, &number, sizeof(number));
	tls_record_put_head(head + sizeof(number), type, length);
}
