/* Owns the making of certificates. */
#include "forge.h"

#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"

static void add_names(X509 *x509, const char *names)
{
	X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, NULL, NID_subject_alt_name, names);

	X509_add_ext(x509, extension, -1);
	X509_EXTENSION_free(extension);
}

struct forged forge(const char *common_name, const char *names, long seconds_left, bool is_rsa)
{
	static long serial = 1;
	struct forged forged = { X509_new(), is_rsa ? EVP_RSA_gen(2048) : EVP_EC_gen("P-256") };
	X509_NAME *subject = X509_get_subject_name(forged.x509);

	X509_set_version(forged.x509, X509_VERSION_3);
	ASN1_INTEGER_set(X509_get_serialNumber(forged.x509), serial++);
	X509_gmtime_adj(X509_getm_notBefore(forged.x509), -100L * 86400);
	X509_gmtime_adj(X509_getm_notAfter(forged.x509), seconds_left);
	X509_NAME_add_entry_by_txt(
		subject, "CN", MBSTRING_UTF8, (const unsigned char *) common_name, -1, -1, 0);
	X509_set_issuer_name(forged.x509, subject);
	X509_set_pubkey(forged.x509, forged.key);
	if (names)
		add_names(forged.x509, names);
	if (!X509_sign(forged.x509, forged.key, EVP_sha256()))
		abort();
	return forged;
}

void forged_done(struct forged *forged)
{
	X509_free(forged->x509);
	EVP_PKEY_free(forged->key);
}

static void put_bio(BIO *bio, struct buffer *out)
{
	char *bytes;
	long length = BIO_get_mem_data(bio, &bytes);

	buffer_put(out, bytes, (size_t) length);
	BIO_free(bio);
}

void forge_put_certificate(const struct forged *forged, struct buffer *out)
{
	BIO *bio = BIO_new(BIO_s_mem());

	PEM_write_bio_X509(bio, forged->x509);
	put_bio(bio, out);
}

void forge_put_key(const struct forged *forged, struct buffer *out)
{
	BIO *bio = BIO_new(BIO_s_mem());

	PEM_write_bio_PrivateKey(bio, forged->key, NULL, NULL, 0, NULL, NULL);
	put_bio(bio, out);
}

void forge_write(const struct forged *forged, const char *path)
{
	CLEANUP(buffer_done) struct buffer pem = { 0 };
	FILE *file = fopen(path, "we");

	forge_put_certificate(forged, &pem);
	forge_put_key(forged, &pem);
	fwrite(pem.bytes, 1, pem.length, file);
	fclose(file);
}
