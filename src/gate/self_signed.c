/* Owns the self-signed certificate: P-256, for ten years, which clients need not renew. */
#include "gate/self_signed.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "service/state_directory.h"

#define FILE_NAME "self-signed.pem"
#define SECONDS_BACK 3600L /* for clients whose clock is slow */
#define LIFE_SECONDS (3653L * 24 * 3600)
#define SERIAL_BYTES 16
#define COMMON_NAME_BYTES 64 /* RFC 5280 appendix A.1, ub-common-name */

static bool set_serial(X509 *x509)
{
	uint8_t bytes[SERIAL_BYTES];
	BIGNUM *number;
	bool is_set;

	if (RAND_bytes(bytes, sizeof(bytes)) != 1)
		return false;
	bytes[0] &= 0x7f;
	number = BN_bin2bn(bytes, sizeof(bytes), NULL);
	is_set = number && BN_to_ASN1_INTEGER(number, X509_get_serialNumber(x509));
	BN_free(number);
	return is_set;
}

static bool set_names(X509 *x509, const char *server_name)
{
	X509_NAME *subject = X509_get_subject_name(x509);
	size_t length = strlen(server_name);

	if (length > COMMON_NAME_BYTES)
		length = COMMON_NAME_BYTES;
	return X509_NAME_add_entry_by_NID(subject, NID_commonName, MBSTRING_UTF8,
		       (const unsigned char *) server_name, (int) length, -1, 0) &&
	       X509_set_issuer_name(x509, subject);
}

static bool add_extension(X509 *x509, int id, const char *value)
{
	X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, NULL, id, value);
	bool is_added = extension && X509_add_ext(x509, extension, -1);

	X509_EXTENSION_free(extension);
	return is_added;
}

static bool add_extensions(X509 *x509, const char *server_name)
{
	CLEANUP(buffer_done) struct buffer names = { 0 };

	buffer_format(&names, "DNS:%s", server_name);
	return add_extension(x509, NID_basic_constraints, "critical,CA:FALSE") &&
	       add_extension(x509, NID_key_usage, "critical,digitalSignature") &&
	       add_extension(x509, NID_ext_key_usage, "serverAuth") &&
	       add_extension(x509, NID_subject_alt_name, names.bytes);
}

static bool fill_x509(X509 *x509, EVP_PKEY *key, const char *server_name)
{
	return X509_set_version(x509, X509_VERSION_3) && set_serial(x509) &&
	       X509_gmtime_adj(X509_getm_notBefore(x509), -SECONDS_BACK) &&
	       X509_gmtime_adj(X509_getm_notAfter(x509), LIFE_SECONDS) &&
	       set_names(x509, server_name) && X509_set_pubkey(x509, key) &&
	       add_extensions(x509, server_name) && X509_sign(x509, key, EVP_sha256());
}

/* Empty: OpenSSL refused. */
static void make_pem(const char *server_name, struct buffer *out)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *x509 = X509_new();

	if (key && x509 && fill_x509(x509, key, server_name))
		(void) certificate_put_pem(x509, NULL, key, out);
	X509_free(x509);
	EVP_PKEY_free(key);
}

static void log_refused_file(const struct log *log, const char *path, const char *reason)
{
	log_entry(log, LOGBOOK_CERTIFICATE_REFUSED, "FILE", path, "REASON", reason);
}

static void log_made(const struct log *log, const struct certificate *made, const char *path)
{
	char fingerprint[CERTIFICATE_FINGERPRINT_BYTES];

	certificate_fingerprint(made, fingerprint);
	log_entry(log, LOGBOOK_CERTIFICATE_MADE, "FILE", path, "FINGERPRINT", fingerprint);
}

static struct certificate *make_certificate(
	const char *server_name, const char *path, const struct log *log)
{
	CLEANUP(buffer_done) struct buffer pem = { .is_secret = true };
	CLEANUP(buffer_done) struct buffer reason = { 0 };
	struct certificate *made = NULL;
	int error;

	make_pem(server_name, &pem);
	if (pem.length)
		made = certificate_parse(path ? path : FILE_NAME, pem.bytes, &reason);
	else
		openssl_explain(&reason);
	if (!made) {
		log_refused_file(log, path, reason.bytes);
		return NULL;
	}
	error = path ? state_directory_write_file(path, pem.bytes, pem.length) : 0;
	if (error)
		log_refused_file(log, path, strerror(-error));
	log_made(log, made, error ? NULL : path);
	return made;
}

struct certificate *self_signed_get(const char *server_name, const struct log *log)
{
	CLEANUP(mem_freep) char *path = state_directory_path(FILE_NAME);
	CLEANUP(buffer_done) struct buffer reason = { 0 };
	struct certificate *kept = NULL;

	if (path && access(path, F_OK) == 0) {
		kept = certificate_load(path, path, &reason);
		if (!kept)
			log_refused_file(log, NULL, reason.bytes);
	}
	return kept ? kept : make_certificate(server_name, path, log);
}
