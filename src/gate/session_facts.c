/* Owns the fingerprints of a client's certificate and of its key. */
#include "gate/session_facts.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

/* False: OpenSSL could not hash it. */
static bool hash_certificate(const X509 *x509, struct tls_facts *facts)
{
	return X509_digest(x509, EVP_sha256(), facts->certificate_sha256, NULL) &&
	       X509_digest(x509, EVP_sha512(), facts->certificate_sha512, NULL);
}

/* Of the whole SubjectPublicKeyInfo, as in RFC 7469; X509_pubkey_digest() hashes less. */
static bool hash_public_key(const X509 *x509, struct tls_facts *facts)
{
	unsigned char *der = NULL;
	int length = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(x509), &der);
	bool is_hashed =
		length > 0 &&
		EVP_Digest(der, (size_t) length, facts->key_sha256, NULL, EVP_sha256(), NULL) &&
		EVP_Digest(der, (size_t) length, facts->key_sha512, NULL, EVP_sha512(), NULL);

	OPENSSL_free(der);
	return is_hashed;
}

void session_facts(const SSL *ssl, struct tls_facts *ret_facts)
{
	X509 *x509 = SSL_get1_peer_certificate(ssl);
	struct tls_facts facts = {
		.version = (uint16_t) SSL_version(ssl),
		.suite = SSL_CIPHER_get_protocol_id(SSL_get_current_cipher(ssl)),
	};

	facts.has_certificate =
		x509 && hash_certificate(x509, &facts) && hash_public_key(x509, &facts);
	ERR_clear_error();
	X509_free(x509);
	*ret_facts = facts;
}
