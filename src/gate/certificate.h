/* A certificate of the server, with its private key and the certificates that issued it. */
#pragma once

#include <openssl/evp.h>
#include <openssl/x509.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"

struct certificate {
	char *name; /* its file, for the log */
	X509 *leaf;
	STACK_OF(X509) * chain; /* without the leaf */
	EVP_PKEY *key;
};

/* Load a PEM file with a certificate and its issuers, and one with the key; they may be the same
 * file. NULL: *ret_reason begins with the file and says what is wrong with it and what to do. */
struct certificate *certificate_load(
	const char *certificate_path, const char *key_path, struct buffer *ret_reason);
/* The same from a text; the name is only for messages. */
struct certificate *certificate_parse(
	const char *name, const char *text, struct buffer *ret_reason);
void certificate_free(struct certificate *certificate); /* NULL is allowed */

/* Is it for a server of that name? */
bool certificate_is_for(const struct certificate *certificate, const char *host);
/* When it expires; 0: nothing that a date can say. */
uint64_t certificate_ends_wall_ms(const struct certificate *certificate);
/* Seconds until it expires; negative: it has. */
int64_t certificate_seconds_left(const struct certificate *certificate);
bool certificate_is_self_signed(const struct certificate *certificate);
bool certificate_equals(const struct certificate *a, const struct certificate *b);

/* Append the key, the certificate and its issuers as PEM; NULL: there are none. The buffer is
 * secret. False: OpenSSL refused, see openssl_explain(). */
bool certificate_put_pem(
	X509 *leaf, const STACK_OF(X509) * issuers, EVP_PKEY *key, struct buffer *out);

#define CERTIFICATE_FINGERPRINT_BYTES 65
/* SHA-256 of the certificate, in hexadecimal digits. */
void certificate_fingerprint(
	const struct certificate *certificate, char text[CERTIFICATE_FINGERPRINT_BYTES]);
/* Append "irc.example.org *.example.net", and "2027-01-31". */
void certificate_describe_names(const struct certificate *certificate, struct buffer *out);
void certificate_describe_end(const struct certificate *certificate, struct buffer *out);

/* Append why the last call of OpenSSL failed, and forget the failure. */
void openssl_explain(struct buffer *out);
