/* What others may know of a client's TLS, as the gate reports it: no secret is in it.
 *
 * It travels from the gate to papod, in events and in snapshots, always as the fields of a record
 * (base/pack.h). Hashes are those that IRCv3 names for fingerprints; one that is all zero is
 * unknown and equals no fingerprint. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/pack.h"

#define TLS_SHA256_BYTES 32
#define TLS_SHA512_BYTES 64
#define TLS_VERSION_UNKNOWN 1

/* Can clients verify the certificates of the server? */
enum certificates {
	CERTIFICATES_UNKNOWN, /* no gate has said */
	CERTIFICATES_GOOD,
	CERTIFICATES_BAD, /* one of them has signed itself, or has expired */
};

struct tls_facts {
	uint16_t version;     /* as in the handshake: 0x0303, 0x0304; 0: the client has no TLS.
				 TLS_VERSION_UNKNOWN is that between a client and its gateway */
	uint16_t suite;	      /* number at IANA */
	bool has_certificate; /* the client proved that it has the key of a certificate */
	uint8_t certificate_sha256[TLS_SHA256_BYTES]; /* of the client's certificate (DER) */
	uint8_t certificate_sha512[TLS_SHA512_BYTES];
	uint8_t key_sha256[TLS_SHA256_BYTES]; /* of its SubjectPublicKeyInfo (DER) */
	uint8_t key_sha512[TLS_SHA512_BYTES];
};

/* Write the fields; or a record of them, with that id. */
void tls_facts_save(struct buffer *out, const struct tls_facts *facts);
void tls_facts_save_record(struct buffer *out, uint16_t id, const struct tls_facts *facts);
/* False: malformed, or without a version. */
bool tls_facts_load(struct pack fields, struct tls_facts *ret_facts);

/* The numbers of names that a proxy reports, as OpenSSL writes them, or IANA:
 * TLS_VERSION_UNKNOWN, and suite 0, for others. */
uint16_t tls_version_of_name(const char *name);
uint16_t tls_suite_of_name(const char *name);

/* "TLSv1.3"; "TLS" for an unknown version. */
const char *tls_version_name(uint16_t version);
/* "TLS_AES_128_GCM_SHA256", as IANA writes it; "unknown cipher suite" for any other number. */
const char *tls_suite_name(uint16_t suite);
