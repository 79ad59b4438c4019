/* Owns the files of a proof. They are read when an issuer asks, which is seldom: so they may come
 * and go at any time. A name is the name of a host, so it leads to no other directory. */
#include "gate/challenge.h"

#include "base/cleanup.h"
#include "gate/certificate.h"
#include "proto/client_hello.h"

static bool get_extension(
	SSL *ssl, unsigned int type, const unsigned char **ret_bytes, size_t *ret_length)
{
	return SSL_client_hello_get0_ext(ssl, type, ret_bytes, ret_length) == 1;
}

bool challenge_is_wanted(SSL *ssl)
{
	const unsigned char *bytes;
	size_t length;

	return get_extension(
		       ssl, TLSEXT_TYPE_application_layer_protocol_negotiation, &bytes, &length) &&
	       client_hello_is_challenge(bytes, length);
}

static struct certificate *load_proof(
	const char *directory, const char *name, struct buffer *ret_reason)
{
	CLEANUP(buffer_done) struct buffer certificate = { 0 };
	CLEANUP(buffer_done) struct buffer key = { 0 };

	buffer_format(&certificate, "%s/%s.crt.pem", directory, name);
	buffer_format(&key, "%s/%s.key.pem", directory, name);
	return certificate_load(certificate.bytes, key.bytes, ret_reason);
}

/* The callback that chooses other certificates is not asked. */
static bool use_only(SSL *ssl, const struct certificate *certificate)
{
	SSL_set_cert_cb(ssl, NULL, NULL);
	SSL_set_verify(ssl, SSL_VERIFY_NONE, NULL);
	return SSL_use_cert_and_key(
		       ssl, certificate->leaf, certificate->key, certificate->chain, 1) == 1;
}

bool challenge_use_certificate(SSL *ssl, const char *directory, char ret_name[DNS_NAME_BYTES + 1],
	struct buffer *ret_reason)
{
	struct certificate *certificate;
	const unsigned char *bytes;
	size_t length;
	bool is_used;

	if (!get_extension(ssl, TLSEXT_TYPE_server_name, &bytes, &length) ||
		!client_hello_host(bytes, length, ret_name)) {
		buffer_put_text(ret_reason, "acme-tls/1 without the name of a host");
		return false;
	}
	certificate = load_proof(directory, ret_name, ret_reason);
	if (!certificate)
		return false;
	is_used = use_only(ssl, certificate);
	if (!is_used) {
		buffer_format(ret_reason, "%s: ", certificate->name);
		openssl_explain(ret_reason);
	}
	certificate_free(certificate);
	return is_used;
}
