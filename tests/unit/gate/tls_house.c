/* Owns both ends of the handshake. */
#include "tls_house.h"

#include <openssl/err.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "tls/open.h"
#include "tls/seal.h"

int tls_house_setup(void **state)
{
	struct house *house = calloc(1, sizeof(*house));

	house->needs.context = handshake_context_new();
	house->needs.crypto = tls_crypto_new();
	house->needs.challenges = &house->challenges;
	house->server = forge("irc.example", NULL, 86400, false);
	house->client = forge("ana", NULL, 86400, false);
	SSL_CTX_use_cert_and_key(
		house->needs.context, house->server.x509, house->server.key, NULL, 1);
	house->context = SSL_CTX_new(TLS_client_method());
	house->fd = -1;
	*state = house;
	return 0;
}

int tls_house_teardown(void **state)
{
	struct house *house = *state;

	handshake_free(house->handshake);
	SSL_free(house->ssl);
	SSL_CTX_free(house->context);
	SSL_CTX_free(house->needs.context);
	tls_crypto_free(house->needs.crypto);
	forged_done(&house->server);
	forged_done(&house->client);
	if (house->fd >= 0)
		close(house->fd);
	free(house);
	return 0;
}

void tls_house_connect(struct house *house, bool is_web)
{
	int ends[2];

	assert_int_equal(
		socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends), 0);
	house->handshake = handshake_new(&house->needs, ends[0], is_web);
	house->server_fd = ends[0];
	house->fd = ends[1];
	house->ssl = SSL_new(house->context);
	SSL_set_fd(house->ssl, house->fd);
	SSL_set_connect_state(house->ssl);
}

void tls_house_use_version(struct house *house, int version)
{
	SSL_CTX_set_security_level(house->context, 0);
	SSL_CTX_set_min_proto_version(house->context, version);
	SSL_CTX_set_max_proto_version(house->context, version);
}

enum handshake_state tls_house_go_on(const struct house *house)
{
	return handshake_go_on(house->handshake);
}

enum handshake_state tls_house_shake_hands(struct house *house)
{
	enum handshake_state now;

	do {
		(void) SSL_do_handshake(house->ssl);
		now = tls_house_go_on(house);
	} while (now == HANDSHAKE_STATE_WANTS_INPUT);
	(void) SSL_do_handshake(house->ssl);
	ERR_clear_error();
	return now;
}

struct handshake_result tls_house_finish(struct house *house, int *ret_fd)
{
	struct handshake_result result;

	assert_int_equal(tls_house_shake_hands(house), HANDSHAKE_STATE_DONE);
	assert_null(handshake_failure(house->handshake));
	assert_null(handshake_foreign_protocol(house->handshake));
	assert_true(handshake_finish(TAKE(house->handshake), &result, ret_fd));
	return result;
}

void tls_house_expect_to_talk(struct house *house, struct handshake_result *result, int fd)
{
	uint8_t wire[1024], plain[TLS_PLAIN_MAX + 1];
	const struct iovec piece = { (void *) (uintptr_t) "welcome", 7 };
	struct tls_opened opened;
	size_t length;
	ssize_t n;
	char text[16] = "";

	assert_int_equal(SSL_read(house->ssl, text, sizeof(text)), -1); /* no ticket, nothing */
	assert_int_equal(SSL_write(house->ssl, "NICK ana\r\n", 10), 10);
	n = recv(fd, wire, sizeof(wire), 0);
	opened = tls_open(house->needs.crypto, &result->keys, wire, (size_t) n, plain);
	assert_int_equal(opened.kind, TLS_OPENED_DATA);
	assert_int_equal(opened.taken, n);
	assert_memory_equal(opened.data, "NICK ana\r\n", 10);
	length = tls_seal(house->needs.crypto, &result->keys, &piece, 1, wire);
	assert_int_equal(send(fd, wire, length, 0), length);
	assert_int_equal(SSL_read(house->ssl, text, sizeof(text)), 7);
	assert_string_equal(text, "welcome");
	close(fd);
}

void tls_house_expect_version(struct house *house, int version)
{
	struct handshake_result result;
	int fd;

	tls_house_use_version(house, version);
	tls_house_connect(house, false);
	result = tls_house_finish(house, &fd);
	assert_int_equal(result.facts.version, version);
	assert_int_equal(
		result.facts.suite, SSL_CIPHER_get_protocol_id(SSL_get_current_cipher(house->ssl)));
	assert_false(result.facts.has_certificate);
	assert_int_equal(result.keys.suite, result.facts.suite);
	assert_int_equal(result.keys.max_fragment, TLS_PLAIN_MAX);
	tls_house_expect_to_talk(house, &result, fd);
}
