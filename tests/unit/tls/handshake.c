/* Owns shaking hands, and getting the secrets out of OpenSSL as papod-gate does: TLS 1.3 shows its
 * traffic secrets to the keylog callback only. */
#include "handshake.h"

#include <assert.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/x509.h>

struct secrets {
	uint8_t client[TLS_SECRET_MAX];
	uint8_t server[TLS_SECRET_MAX];
};

static void must(bool is_true)
{
	assert(is_true);
}

static void use_new_certificate(SSL_CTX *context, EVP_PKEY *key)
{
	X509 *certificate = X509_new();

	must(key && certificate);
	must(X509_gmtime_adj(X509_getm_notBefore(certificate), 0));
	must(X509_gmtime_adj(X509_getm_notAfter(certificate), 3600));
	must(X509_set_pubkey(certificate, key) == 1);
	must(X509_sign(certificate, key, EVP_sha256()) > 0);
	must(SSL_CTX_use_certificate(context, certificate) == 1);
	must(SSL_CTX_use_PrivateKey(context, key) == 1);
	X509_free(certificate);
	EVP_PKEY_free(key);
}

static void note_secret_as(const char *label, const char *line, uint8_t *out)
{
	size_t length;

	if (strncmp(line, label, strlen(label)) == 0)
		must(OPENSSL_hexstr2buf_ex(
			     out, TLS_SECRET_MAX, &length, strrchr(line, ' ') + 1, '\0') == 1);
}

/* Lines of "LABEL client-random secret". */
static void note_secret(const SSL *server, const char *line)
{
	struct secrets *secrets = SSL_get_app_data(server);

	note_secret_as("CLIENT_TRAFFIC_SECRET_0 ", line, secrets->client);
	note_secret_as("SERVER_TRAFFIC_SECRET_0 ", line, secrets->server);
}

static SSL_CTX *new_context(const SSL_METHOD *method, const struct handshake_wish *wish)
{
	SSL_CTX *context = SSL_CTX_new(method);
	int version = wish->is_1_3 ? TLS1_3_VERSION : TLS1_2_VERSION;

	must(context);
	must(SSL_CTX_set_min_proto_version(context, version) == 1);
	must(SSL_CTX_set_max_proto_version(context, version) == 1);
	must((wish->is_1_3 ? SSL_CTX_set_ciphersuites(context, wish->cipher)
			   : SSL_CTX_set_cipher_list(context, wish->cipher)) == 1);
	return context;
}

static SSL_CTX *new_server_context(const struct handshake_wish *wish)
{
	SSL_CTX *context = new_context(TLS_server_method(), wish);
	bool is_rsa = strncmp(wish->cipher, "ECDHE-RSA-", 10) == 0;

	use_new_certificate(context, is_rsa ? EVP_RSA_gen(2048) : EVP_EC_gen("P-256"));
	SSL_CTX_set_num_tickets(context, 0);
	SSL_CTX_set_options(context, SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION);
	SSL_CTX_set_keylog_callback(context, note_secret);
	return context;
}

static SSL_CTX *new_client_context(const struct handshake_wish *wish)
{
	SSL_CTX *context = new_context(TLS_client_method(), wish);

	if (wish->max_fragment_code)
		must(SSL_CTX_set_tlsext_max_fragment_length(context, wish->max_fragment_code) == 1);
	if (wish->padding)
		must(SSL_CTX_set_block_padding(context, wish->padding) == 1);
	return context;
}

/* Both sides share both buffers. An empty buffer means that the rest is yet to come. */
static BIO *new_buffer(void)
{
	BIO *buffer = BIO_new(BIO_s_mem());

	must(buffer);
	BIO_set_mem_eof_return(buffer, -1);
	must(BIO_up_ref(buffer) == 1);
	return buffer;
}

static void connect_sides(struct handshake *handshake)
{
	handshake->client = SSL_new(handshake->contexts[0]);
	handshake->server = SSL_new(handshake->contexts[1]);
	must(handshake->client && handshake->server);
	handshake->to_client = new_buffer();
	handshake->to_server = new_buffer();
	SSL_set_bio(handshake->client, handshake->to_client, handshake->to_server);
	SSL_set_bio(handshake->server, handshake->to_server, handshake->to_client);
	SSL_set_connect_state(handshake->client);
	SSL_set_accept_state(handshake->server);
}

static void shake_hands(const struct handshake *handshake)
{
	int done = 0;

	for (int i = 0; i < 10 && done != 1; i++) {
		SSL_do_handshake(handshake->client);
		done = SSL_do_handshake(handshake->server);
	}
	must(done == 1 && SSL_do_handshake(handshake->client) == 1);
}

static bool take_keys_1_2(struct handshake *handshake, uint16_t suite)
{
	SSL *server = handshake->server;
	uint8_t master[48], randoms[64];

	must(SSL_SESSION_get_master_key(SSL_get_session(server), master, 48) == 48);
	must(SSL_get_server_random(server, randoms, 32) == 32);
	must(SSL_get_client_random(server, randoms + 32, 32) == 32);
	return tls_keys_from_1_2_master(
		handshake->crypto, suite, master, randoms, &handshake->keys);
}

static void take_keys(struct handshake *handshake, const struct secrets *secrets)
{
	SSL *server = handshake->server;
	uint16_t suite = (uint16_t) SSL_CIPHER_get_protocol_id(SSL_get_current_cipher(server));
	uint8_t code = SSL_SESSION_get_max_fragment_length(SSL_get_session(server));

	if (SSL_version(server) == TLS1_3_VERSION)
		must(tls_keys_from_1_3_secrets(handshake->crypto, suite, secrets->client,
			secrets->server, &handshake->keys));
	else
		must(take_keys_1_2(handshake, suite));
	if (code)
		handshake->keys.max_fragment = (uint16_t) (256 << code);
}

void handshake_init(struct handshake *handshake, const struct handshake_wish *wish)
{
	struct secrets secrets;

	handshake->contexts[0] = new_client_context(wish);
	handshake->contexts[1] = new_server_context(wish);
	connect_sides(handshake);
	SSL_set_app_data(handshake->server, &secrets);
	shake_hands(handshake);
	handshake->crypto = tls_crypto_new();
	take_keys(handshake, &secrets);
}

void handshake_done(struct handshake *handshake)
{
	tls_crypto_free(handshake->crypto);
	SSL_free(handshake->client);
	SSL_free(handshake->server);
	SSL_CTX_free(handshake->contexts[0]);
	SSL_CTX_free(handshake->contexts[1]);
}
