/* Certificates made for tests, with their keys. */
#pragma once

#include <openssl/evp.h>
#include <openssl/x509.h>
#include <stdbool.h>

#include "base/buffer.h"

struct forged {
	X509 *x509;
	EVP_PKEY *key;
};

/* Signed by itself. The names are those of subjectAltName, as "DNS:a.example,DNS:b.example"; NULL:
 * none. */
struct forged forge(const char *common_name, const char *names, long seconds_left, bool is_rsa);
void forged_done(struct forged *forged);

/* Append its PEM. */
void forge_put_certificate(const struct forged *forged, struct buffer *out);
void forge_put_key(const struct forged *forged, struct buffer *out);
/* Write the certificate, and behind it the key, to the file. */
void forge_write(const struct forged *forged, const char *path);
