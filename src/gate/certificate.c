/* Owns reading certificates and keys, and the checks that they belong together. */
#include "gate/certificate.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "files/config_files.h"

#define MOST_PEM_BYTES (1024 * 1024)

void openssl_explain(struct buffer *out)
{
	unsigned long error = ERR_peek_last_error();
	const char *reason = ERR_reason_error_string(error);

	buffer_put_text(out, reason ? reason : "no reason is known");
	ERR_clear_error();
}

void certificate_free(struct certificate *certificate)
{
	if (!certificate)
		return;
	X509_free(certificate->leaf);
	sk_X509_pop_free(certificate->chain, X509_free);
	EVP_PKEY_free(certificate->key);
	free(certificate->name);
	free(certificate);
}

static BIO *open_text(const char *text)
{
	return BIO_new_mem_buf(text, (int) strlen(text));
}

/* A key that needs a password is refused: there is no one to ask. */
static int refuse_key_password(char *password, int size, int is_writing, void *was_asked)
{
	(void) password;
	(void) size;
	(void) is_writing;
	*(bool *) was_asked = true;
	return -1;
}

/* Without a password callback OpenSSL would ask on the terminal. */
static X509 *read_x509(BIO *bio)
{
	bool was_asked = false;

	return PEM_read_bio_X509(bio, NULL, refuse_key_password, &was_asked);
}

static bool read_leaf_and_issuers(struct certificate *certificate, const char *path,
	const char *text, struct buffer *ret_reason)
{
	BIO *bio = open_text(text);
	X509 *issuer;

	certificate->leaf = read_x509(bio);
	while (certificate->leaf && (issuer = read_x509(bio)))
		sk_X509_push(certificate->chain, issuer);
	BIO_free(bio);
	if (!certificate->leaf)
		buffer_format(ret_reason,
			"%s: has no certificate that can be read; it needs a part that begins with "
			"-----BEGIN CERTIFICATE-----",
			path);
	ERR_clear_error(); /* the end of the file is one */
	return certificate->leaf;
}

static bool read_private_key(struct certificate *certificate, const char *path, const char *text,
	struct buffer *ret_reason)
{
	bool was_asked = false;
	BIO *bio = open_text(text);

	certificate->key = PEM_read_bio_PrivateKey(bio, NULL, refuse_key_password, &was_asked);
	BIO_free(bio);
	ERR_clear_error();
	if (was_asked)
		buffer_format(ret_reason,
			"%s: the key has a password; write one without it: openssl pkey -in %s "
			"-out NEW",
			path, path);
	else if (!certificate->key)
		buffer_format(ret_reason,
			"%s: has no private key that can be read; it needs a part that begins with "
			"-----BEGIN PRIVATE KEY-----",
			path);
	return certificate->key;
}

static struct certificate *certificate_new(const char *name)
{
	struct certificate *certificate = mem_new(sizeof(*certificate));

	certificate->name = mem_text(name);
	certificate->chain = sk_X509_new_null();
	return certificate;
}

static bool check_belonging(
	const struct certificate *certificate, const char *key_path, struct buffer *ret_reason)
{
	bool is_good = X509_check_private_key(certificate->leaf, certificate->key) == 1;

	ERR_clear_error();
	if (!is_good)
		buffer_format(ret_reason, "%s: the key does not belong to the certificate in %s",
			key_path, certificate->name);
	return is_good;
}

/* The texts of the two files, whose paths may be the same. */
struct pem_pair {
	const char *certificate_path;
	const char *certificate_text;
	const char *key_path;
	const char *key_text;
};

static struct certificate *parse_pair(const struct pem_pair *pair, struct buffer *ret_reason)
{
	struct certificate *certificate = certificate_new(pair->certificate_path);

	if (read_leaf_and_issuers(
		    certificate, pair->certificate_path, pair->certificate_text, ret_reason) &&
		read_private_key(certificate, pair->key_path, pair->key_text, ret_reason) &&
		check_belonging(certificate, pair->key_path, ret_reason))
		return certificate;
	certificate_free(certificate);
	return NULL;
}

struct certificate *certificate_parse(const char *name, const char *text, struct buffer *ret_reason)
{
	const struct pem_pair pair = { name, text, name, text };

	return parse_pair(&pair, ret_reason);
}

static char *read_pem(const char *path, struct buffer *ret_reason)
{
	char *text = NULL;
	int error = config_files_read_one(path, MOST_PEM_BYTES, &text, NULL);

	if (!error)
		return text;
	buffer_format(ret_reason, "%s: cannot be read: ", path);
	if (error == -EILSEQ)
		buffer_put_text(ret_reason,
			"it is not a text; convert it to PEM: openssl x509 -inform der, or openssl "
			"pkey -inform der");
	else
		config_files_explain(path, error, ret_reason);
	return NULL;
}

struct certificate *certificate_load(
	const char *certificate_path, const char *key_path, struct buffer *ret_reason)
{
	char *certificate_text = read_pem(certificate_path, ret_reason);
	char *key_text = certificate_text ? read_pem(key_path, ret_reason) : NULL;
	const struct pem_pair pair = { certificate_path, certificate_text, key_path, key_text };
	struct certificate *certificate = key_text ? parse_pair(&pair, ret_reason) : NULL;

	mem_free_secret(certificate_text); /* may contain the key too */
	mem_free_secret(key_text);
	return certificate;
}

static bool write_pem(BIO *bio, X509 *leaf, const STACK_OF(X509) * issuers, EVP_PKEY *key)
{
	if (!PEM_write_bio_PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL) ||
		!PEM_write_bio_X509(bio, leaf))
		return false;
	for (int i = 0; i < sk_X509_num(issuers); i++)
		if (!PEM_write_bio_X509(bio, sk_X509_value(issuers, i)))
			return false;
	return true;
}

bool certificate_put_pem(
	X509 *leaf, const STACK_OF(X509) * issuers, EVP_PKEY *key, struct buffer *out)
{
	BIO *bio = BIO_new(BIO_s_secmem());
	bool is_written = bio && write_pem(bio, leaf, issuers, key);
	char *bytes;
	long length;

	if (is_written) {
		length = BIO_get_mem_data(bio, &bytes);
		buffer_put(out, bytes, (size_t) length);
	}
	BIO_free(bio);
	return is_written;
}

bool certificate_is_for(const struct certificate *certificate, const char *host)
{
	return X509_check_host(certificate->leaf, host, strlen(host), 0, NULL) == 1;
}

int64_t certificate_seconds_left(const struct certificate *certificate)
{
	int days = 0, seconds = 0;

	if (!ASN1_TIME_diff(&days, &seconds, NULL, X509_get0_notAfter(certificate->leaf)))
		return -1;
	return (int64_t) days * 86400 + seconds;
}

uint64_t certificate_ends_wall_ms(const struct certificate *certificate)
{
	struct tm time = { 0 };
	time_t seconds;

	if (!ASN1_TIME_to_tm(X509_get0_notAfter(certificate->leaf), &time))
		return 0;
	seconds = timegm(&time);
	return seconds > 0 ? (uint64_t) seconds * 1000 : 0;
}

bool certificate_is_self_signed(const struct certificate *certificate)
{
	return X509_get_extension_flags(certificate->leaf) & EXFLAG_SS;
}

/* The certificate of an issuer may be replaced alone. */
bool certificate_equals(const struct certificate *a, const struct certificate *b)
{
	int n = sk_X509_num(a->chain);

	if (X509_cmp(a->leaf, b->leaf) != 0 || sk_X509_num(b->chain) != n)
		return false;
	for (int i = 0; i < n; i++)
		if (X509_cmp(sk_X509_value(a->chain, i), sk_X509_value(b->chain, i)) != 0)
			return false;
	return true;
}

void certificate_fingerprint(
	const struct certificate *certificate, char text[CERTIFICATE_FINGERPRINT_BYTES])
{
	uint8_t digest[32] = { 0 };

	X509_digest(certificate->leaf, EVP_sha256(), digest, NULL);
	for (size_t i = 0; i < sizeof(digest); i++)
		snprintf(text + 2 * i, 3, "%02x", digest[i]);
}

static void put_name(const ASN1_STRING *name, struct buffer *out)
{
	if (out->length)
		buffer_put_byte(out, ' ');
	buffer_put(out, ASN1_STRING_get0_data(name), (size_t) ASN1_STRING_length(name));
}

static void put_common_name(const struct certificate *certificate, struct buffer *out)
{
	const X509_NAME *subject = X509_get_subject_name(certificate->leaf);
	int at = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);

	if (at >= 0)
		put_name(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at)), out);
}

void certificate_describe_names(const struct certificate *certificate, struct buffer *out)
{
	GENERAL_NAMES *names =
		X509_get_ext_d2i(certificate->leaf, NID_subject_alt_name, NULL, NULL);

	for (int i = 0; i < sk_GENERAL_NAME_num(names); i++) {
		const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, i);

		if (name->type == GEN_DNS)
			put_name(name->d.dNSName, out);
	}
	GENERAL_NAMES_free(names);
	if (!out->length)
		put_common_name(certificate, out);
}

void certificate_describe_end(const struct certificate *certificate, struct buffer *out)
{
	struct tm end = { 0 };

	if (ASN1_TIME_to_tm(X509_get0_notAfter(certificate->leaf), &end))
		buffer_format(
			out, "%04d-%02d-%02d", end.tm_year + 1900, end.tm_mon + 1, end.tm_mday);
}
