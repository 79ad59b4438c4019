/* Owns the table of cipher suites. */
#include "tls/suites.h"

#include <stddef.h>

#include "base/cleanup.h"

/* RFC 8446 5.5 allows 2^24.5 full records under one key of AES-GCM. The rest of the bound is for
 * records that one call of tls_seal() writes, and for the last alert. */
#define GCM_RECORDS (UINT64_C(1) << 24)
/* The numbers of the records end first. */
#define CHACHA_RECORDS (UINT64_C(1) << 62)

#define AES_128 .cipher = TLS_CIPHER_AES_128_GCM, .key_bytes = 16, .max_records = GCM_RECORDS
#define AES_256 .cipher = TLS_CIPHER_AES_256_GCM, .key_bytes = 32, .max_records = GCM_RECORDS
#define CHACHA                                                                                     \
	.cipher = TLS_CIPHER_CHACHA20_POLY1305, .key_bytes = 32, .max_records = CHACHA_RECORDS
#define SHA256 .hash = TLS_HASH_SHA256, .hash_bytes = 32
#define SHA384 .hash = TLS_HASH_SHA384, .hash_bytes = 48
#define NONCE_XOR .iv_bytes = TLS_NONCE_BYTES	      /* RFC 8446 5.3, RFC 7905 2 */
#define NONCE_SENT .iv_bytes = 4, .explicit_bytes = 8 /* RFC 5288 3 */

static const struct tls_suite suites[] = {
	{ 0x1301, .is_1_3 = true, AES_128, SHA256, NONCE_XOR },
	{ 0x1302, .is_1_3 = true, AES_256, SHA384, NONCE_XOR },
	{ 0x1303, .is_1_3 = true, CHACHA, SHA256, NONCE_XOR },
	{ 0xc02b, AES_128, SHA256, NONCE_SENT },
	{ 0xc02c, AES_256, SHA384, NONCE_SENT },
	{ 0xc02f, AES_128, SHA256, NONCE_SENT },
	{ 0xc030, AES_256, SHA384, NONCE_SENT },
	{ 0xcca8, CHACHA, SHA256, NONCE_XOR },
	{ 0xcca9, CHACHA, SHA256, NONCE_XOR },
};

const struct tls_suite *tls_suite_find(uint16_t id)
{
	for (size_t i = 0; i < ARRAY_LENGTH(suites); i++)
		if (suites[i].id == id)
			return &suites[i];
	return NULL;
}
