/* Owns the SSL object and what is said to clients without TLS. */
#include "gate/handshake.h"

#include <assert.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "gate/challenge.h"
#include "gate/linger.h"
#include "gate/session_facts.h"
#include "gate/session_keys.h"
#include "proto/client_hello.h"
#include "proto/foreign.h"

/* Clients may send certificates; and a ClientHello with post-quantum keys is 1.5 KB. */
#define MOST_HANDSHAKE_BYTES (16 * 1024)
#define TLS_HANDSHAKE_BYTE 0x16 /* the type of a first record. RFC 8446 5.1 */

struct handshake {
	const struct handshake_needs *needs;
	bool is_web;
	int fd;
	SSL *ssl; /* NULL: nothing has arrived, or it has failed */
	const char *failure;
	const char *protocol;
	char *challenge;      /* the host whose proof an issuer is shown; NULL: none */
	struct buffer reason; /* of the failure, if it is not a constant */
	enum handshake_state state;
	struct traffic_secrets secrets;
	bool wants_secret; /* from OpenSSL's key log, next */
};

/* RFC 8446 4.1.4 and 9.1, RFC 9325. A suite that is not in the table of tls/suites.c must not be
 * negotiated. */
#define SUITES_1_3 "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256"
#define SUITES_1_2                                                                                 \
	"ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:"                               \
	"ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:"                               \
	"ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305"
#define OPTIONS                                                                                    \
	(SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA | SSL_OP_NO_TICKET |           \
		SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION)

/* To clients without TLS. */
static const char irc_refusal[] = "ERROR :This port speaks IRC with TLS only: turn TLS on in the "
				  "client, or use a port without it\r\n";
static const char web_refusal[] =
	"HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\n"
	"This port is for web clients with TLS: use https:// or wss://\n";

static void on_key_log(const SSL *ssl, const char *line)
{
	struct handshake *handshake = SSL_get_app_data(ssl);

	if (!traffic_secrets_note(&handshake->secrets, line))
		return;
	handshake->wants_secret = false;
	SSL_CTX_set_keylog_callback(SSL_get_SSL_CTX(ssl), NULL);
}

/* Only while a secret is wanted: OpenSSL writes the line of each with one sprintf() a byte, and
 * the others were 5 % of a handshake. */
static void set_key_log(const struct handshake *handshake, const SSL *ssl)
{
	SSL_CTX_set_keylog_callback(
		SSL_get_SSL_CTX(ssl), handshake->wants_secret ? on_key_log : NULL);
}

/* The first traffic secret of each side follows its Finished. RFC 8446 7.1. In TLS 1.2 none
 * does. */
static void on_message(int is_written, int version, int type, const void *bytes, size_t length,
	SSL *ssl, void *data)
{
	struct handshake *handshake = SSL_get_app_data(ssl);
	const uint8_t *message = bytes;

	(void) is_written;
	(void) data;
	if (version != TLS1_3_VERSION || type != SSL3_RT_HANDSHAKE || !length ||
		message[0] != SSL3_MT_FINISHED)
		return;
	handshake->wants_secret = true;
	set_key_log(handshake, ssl);
}

/* Any certificate of a client is welcome: its fingerprint counts, not who signed it. That the
 * client has the key was proved before. */
static int accept_certificate(X509_STORE_CTX *store, void *data)
{
	(void) store;
	(void) data;
	return 1;
}

/* Called before OpenSSL chooses a certificate. RFC 8737 3. */
static int on_client_hello(SSL *ssl, int *ret_alert, void *data)
{
	struct handshake *handshake = SSL_get_app_data(ssl);
	const char *directory = *handshake->needs->challenges;
	char name[DNS_NAME_BYTES + 1];

	(void) data;
	if (!directory || !challenge_is_wanted(ssl))
		return SSL_CLIENT_HELLO_SUCCESS;
	if (challenge_use_certificate(ssl, directory, name, &handshake->reason)) {
		mem_set_text(&handshake->challenge, name);
		return SSL_CLIENT_HELLO_SUCCESS;
	}
	handshake->failure = handshake->reason.bytes;
	*ret_alert = SSL_AD_UNRECOGNIZED_NAME;
	return SSL_CLIENT_HELLO_ERROR;
}

static const unsigned char *protocol_for(const struct handshake *handshake)
{
	static const unsigned char irc[] = "\x03irc", http[] = "\x08http/1.1",
				   challenge[] = "\x0a" CLIENT_HELLO_CHALLENGE;

	if (handshake->challenge)
		return challenge;
	return handshake->is_web ? http : irc;
}

/* RFC 7301. A client that offers only others is served without one, like a client that offers
 * none. */
static int choose_alpn(SSL *ssl, const unsigned char **ret_protocol, unsigned char *ret_length,
	const unsigned char *offered, unsigned int n_offered, void *data)
{
	const unsigned char *ours = protocol_for(SSL_get_app_data(ssl));
	unsigned char *chosen;

	(void) data;
	if (SSL_select_next_proto(&chosen, ret_length, ours, 1u + ours[0], offered, n_offered) !=
		OPENSSL_NPN_NEGOTIATED)
		return SSL_TLSEXT_ERR_NOACK;
	*ret_protocol = chosen;
	return SSL_TLSEXT_ERR_OK;
}

SSL_CTX *handshake_context_new(void)
{
	SSL_CTX *context = SSL_CTX_new(TLS_server_method());
	bool is_set;

	assert(context);
	is_set = SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) &&
		 SSL_CTX_set_ciphersuites(context, SUITES_1_3) &&
		 SSL_CTX_set_cipher_list(context, SUITES_1_2) &&
		 SSL_CTX_set_num_tickets(context, 0) && SSL_CTX_set_max_early_data(context, 0);
	assert(is_set);
	SSL_CTX_set_options(context, OPTIONS);
	SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
	SSL_CTX_set_max_cert_list(context, MOST_HANDSHAKE_BYTES);
	SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
	SSL_CTX_set_cert_verify_callback(context, accept_certificate, NULL);
	SSL_CTX_set_client_hello_cb(context, on_client_hello, NULL);
	SSL_CTX_set_alpn_select_cb(context, choose_alpn, NULL);
	SSL_CTX_set_msg_callback(context, on_message);
	return context;
}

struct handshake *handshake_new(const struct handshake_needs *needs, int fd, bool is_web)
{
	struct handshake *handshake = mem_new(sizeof(*handshake));

	handshake->needs = needs;
	handshake->is_web = is_web;
	handshake->fd = fd;
	return handshake;
}

static void free_ssl(struct handshake *handshake)
{
	SSL_free(TAKE(handshake->ssl)); /* sends nothing, and leaves the descriptor open */
	explicit_bzero(&handshake->secrets, sizeof(handshake->secrets));
}

void handshake_free(struct handshake *handshake)
{
	if (!handshake)
		return;
	free_ssl(handshake);
	if (handshake->fd >= 0)
		close(handshake->fd);
	free(handshake->challenge);
	buffer_done(&handshake->reason);
	free(handshake);
}

const char *handshake_failure(const struct handshake *handshake)
{
	return handshake->failure;
}

/* Only a proof that was shown counts. */
const char *handshake_challenge(const struct handshake *handshake)
{
	return handshake->failure ? NULL : handshake->challenge;
}

const char *handshake_foreign_protocol(const struct handshake *handshake)
{
	return handshake->protocol;
}

/* What was written, an alert or a line, still arrives. */
static enum handshake_state begin_to_linger(struct handshake *handshake)
{
	free_ssl(handshake);
	linger_begin(handshake->fd);
	return HANDSHAKE_STATE_LINGERS;
}

static enum handshake_state refuse_plain_text(
	struct handshake *handshake, const char *bytes, size_t length)
{
	const char *text = handshake->is_web ? web_refusal : irc_refusal;

	handshake->protocol = foreign_protocol(bytes, length);
	if (!handshake->protocol)
		handshake->protocol = "IRC without TLS";
	(void) !send(handshake->fd, text, strlen(text), MSG_DONTWAIT | MSG_NOSIGNAL);
	return begin_to_linger(handshake);
}

static bool begin_tls(struct handshake *handshake)
{
	handshake->ssl = SSL_new(handshake->needs->context);
	if (!handshake->ssl || !SSL_set_fd(handshake->ssl, handshake->fd))
		return false;
	SSL_set_app_data(handshake->ssl, handshake);
	SSL_set_accept_state(handshake->ssl);
	if (handshake->is_web) /* a browser would ask its user which certificate to show */
		SSL_set_verify(handshake->ssl, SSL_VERIFY_NONE, NULL);
	return true;
}

/* The first look at the input. */
static enum handshake_state recognise_client(struct handshake *handshake)
{
	char bytes[FOREIGN_BYTES];
	ssize_t n = recv(handshake->fd, bytes, sizeof(bytes), MSG_PEEK | MSG_DONTWAIT);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return HANDSHAKE_STATE_WANTS_INPUT;
	if (n <= 0)
		return HANDSHAKE_STATE_ENDED;
	if (bytes[0] != TLS_HANDSHAKE_BYTE)
		return refuse_plain_text(handshake, bytes, (size_t) n);
	if (begin_tls(handshake))
		return HANDSHAKE_STATE_WANTS_INPUT;
	handshake->failure = "OpenSSL could not begin a handshake";
	return HANDSHAKE_STATE_ENDED;
}

static enum handshake_state fail_handshake(struct handshake *handshake, int result)
{
	unsigned long error = ERR_peek_last_error();

	if (!handshake->failure && SSL_get_error(handshake->ssl, result) == SSL_ERROR_SSL)
		handshake->failure = ERR_reason_error_string(error);
	if (!handshake->failure)
		handshake->failure = "the client closed the connection";
	ERR_clear_error();
	return begin_to_linger(handshake);
}

/* An issuer has seen the proof. */
static enum handshake_state end_challenge(struct handshake *handshake)
{
	(void) SSL_shutdown(handshake->ssl);
	ERR_clear_error();
	return begin_to_linger(handshake);
}

static enum handshake_state do_handshake(struct handshake *handshake)
{
	int result;

	ERR_clear_error();
	set_key_log(handshake, handshake->ssl); /* another one may have changed it */
	result = SSL_do_handshake(handshake->ssl);
	if (BIO_number_read(SSL_get_rbio(handshake->ssl)) > MOST_HANDSHAKE_BYTES) {
		handshake->failure = "the handshake is longer than 16 KiB";
		return begin_to_linger(handshake);
	}
	if (result == 1)
		return handshake->challenge ? end_challenge(handshake) : HANDSHAKE_STATE_DONE;
	switch (SSL_get_error(handshake->ssl, result)) {
	case SSL_ERROR_WANT_READ:
		return HANDSHAKE_STATE_WANTS_INPUT;
	case SSL_ERROR_WANT_WRITE:
		return HANDSHAKE_STATE_WANTS_OUTPUT;
	}
	return fail_handshake(handshake, result);
}

enum handshake_state handshake_go_on(struct handshake *handshake)
{
	if (handshake->state == HANDSHAKE_STATE_LINGERS)
		handshake->state = linger_is_over(handshake->fd) ? HANDSHAKE_STATE_ENDED
								 : HANDSHAKE_STATE_LINGERS;
	else if (!handshake->ssl)
		handshake->state = recognise_client(handshake);
	if (handshake->ssl)
		handshake->state = do_handshake(handshake);
	return handshake->state;
}

/* Bytes that OpenSSL has read but not used would be lost. It reads single records, so there are
 * none. */
static bool take_session(struct handshake *handshake, struct handshake_result *ret_result)
{
	if (SSL_has_pending(handshake->ssl))
		return false;
	session_facts(handshake->ssl, &ret_result->facts);
	return session_keys_export(
		handshake->ssl, &handshake->secrets, handshake->needs->crypto, &ret_result->keys);
}

/* The client's last message gets no answer in TLS 1.3, and its next one may wait for the
 * acknowledgement. */
static void acknowledge_at_once(const struct handshake *handshake)
{
	int at_once = 1;

	if (SSL_version(handshake->ssl) == TLS1_3_VERSION)
		(void) setsockopt(
			handshake->fd, IPPROTO_TCP, TCP_QUICKACK, &at_once, sizeof(at_once));
}

bool handshake_finish(struct handshake *handshake, struct handshake_result *ret_result, int *ret_fd)
{
	bool is_taken;

	assert(handshake->state == HANDSHAKE_STATE_DONE);
	acknowledge_at_once(handshake);
	is_taken = take_session(handshake, ret_result);
	if (is_taken)
		*ret_fd = TAKE_FD(handshake->fd);
	handshake_free(handshake);
	return is_taken;
}
