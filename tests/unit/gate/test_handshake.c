/* Handshakes with OpenSSL's client, and with clients that do something else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>
#include <openssl/err.h>
#include <openssl/sha.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "tls_house.h"

ssize_t __real_recv(int fd, void *bytes, size_t length, int flags);
ssize_t __wrap_recv(int fd, void *bytes, size_t length, int flags);

/* Without a place for them, TCP drops bytes, and Unix sockets do not. */
ssize_t __wrap_recv(int fd, void *bytes, size_t length, int flags)
{
	static char dropped[65536];

	if (bytes)
		return __real_recv(fd, bytes, length, flags);
	assert_int_equal(flags, MSG_DONTWAIT | MSG_TRUNC);
	return __real_recv(
		fd, dropped, length < sizeof(dropped) ? length : sizeof(dropped), MSG_DONTWAIT);
}

static void tls_1_3_is_spoken(void **state)
{
	tls_house_expect_version(*state, TLS1_3_VERSION);
}

static void tls_1_2_is_spoken(void **state)
{
	tls_house_expect_version(*state, TLS1_2_VERSION);
}

static void expect_suite(struct house *house, const char *suite, int version)
{
	struct handshake_result result;
	int fd;

	tls_house_use_version(house, version);
	if (version == TLS1_3_VERSION)
		assert_true(SSL_CTX_set_ciphersuites(house->context, suite));
	else
		assert_true(SSL_CTX_set_cipher_list(house->context, suite));
	tls_house_connect(house, false);
	result = tls_house_finish(house, &fd);
	tls_house_expect_to_talk(house, &result, fd);
	SSL_free(TAKE(house->ssl));
	close(TAKE_FD(house->fd));
}

static void all_suites_are_spoken(void **state)
{
	struct house *house = *state;

	expect_suite(house, "TLS_AES_128_GCM_SHA256", TLS1_3_VERSION);
	expect_suite(house, "TLS_AES_256_GCM_SHA384", TLS1_3_VERSION);
	expect_suite(house, "TLS_CHACHA20_POLY1305_SHA256", TLS1_3_VERSION);
	expect_suite(house, "ECDHE-ECDSA-AES128-GCM-SHA256", TLS1_2_VERSION);
	expect_suite(house, "ECDHE-ECDSA-AES256-GCM-SHA384", TLS1_2_VERSION);
	expect_suite(house, "ECDHE-ECDSA-CHACHA20-POLY1305", TLS1_2_VERSION);
}

/* What the client has received, until the end. */
static void expect_refusal(struct house *house, const char *begin)
{
	char text[512] = "", more;
	ssize_t n = recv(house->fd, text, sizeof(text) - 1, 0);

	assert_true(n >= 0);
	assert_int_equal(strncmp(text, begin, strlen(begin)), 0);
	assert_int_equal(recv(house->fd, &more, 1, 0), 0);
}

static void expect_failure(struct house *house)
{
	assert_int_equal(tls_house_shake_hands(house), HANDSHAKE_STATE_LINGERS);
	assert_non_null(handshake_failure(house->handshake));
	assert_int_equal(tls_house_go_on(house), HANDSHAKE_STATE_LINGERS);
	SSL_free(TAKE(house->ssl));
	close(TAKE_FD(house->fd));
	assert_int_equal(tls_house_go_on(house), HANDSHAKE_STATE_ENDED);
}

static void older_versions_are_refused(void **state)
{
	struct house *house = *state;

	tls_house_use_version(house, TLS1_1_VERSION);
	tls_house_connect(house, false);
	expect_failure(house);
}

static void other_suites_are_refused(void **state)
{
	struct house *house = *state;

	tls_house_use_version(house, TLS1_2_VERSION);
	SSL_CTX_set_cipher_list(house->context, "ECDHE-ECDSA-AES128-SHA256");
	tls_house_connect(house, false);
	expect_failure(house);
}

static void expect_alpn(struct house *house, bool is_web, const char *offered, const char *chosen)
{
	struct handshake_result result;
	const unsigned char *protocol;
	unsigned int length;
	int fd;

	SSL_CTX_set_alpn_protos(
		house->context, (const unsigned char *) offered, (unsigned int) strlen(offered));
	tls_house_connect(house, is_web);
	result = tls_house_finish(house, &fd);
	SSL_get0_alpn_selected(house->ssl, &protocol, &length);
	assert_int_equal(length, strlen(chosen));
	assert_memory_equal(protocol ? (const char *) protocol : "", chosen, length);
	tls_house_expect_to_talk(house, &result, fd);
	SSL_free(TAKE(house->ssl));
	close(TAKE_FD(house->fd));
}

static void the_protocol_of_the_listener_is_agreed_on(void **state)
{
	struct house *house = *state;

	expect_alpn(house, false, "\x03irc", "irc");
	expect_alpn(house, false, "\x02h2\x03irc", "irc");
	expect_alpn(house, false, "\x08http/1.1", "");
	expect_alpn(house, true, "\x02h2\x08http/1.1", "http/1.1");
	expect_alpn(house, true, "\x03irc", "");
}

static void a_short_fragment_is_granted(void **state)
{
	struct house *house = *state;
	struct handshake_result result;
	int fd;

	SSL_CTX_set_tlsext_max_fragment_length(house->context, TLSEXT_max_fragment_length_512);
	tls_house_connect(house, false);
	result = tls_house_finish(house, &fd);
	assert_int_equal(result.keys.max_fragment, 512);
	tls_house_expect_to_talk(house, &result, fd);
}

static void show_certificate(struct house *house)
{
	SSL_CTX_use_cert_and_key(house->context, house->client.x509, house->client.key, NULL, 1);
}

static void any_certificate_of_a_client_is_noted(void **state)
{
	struct house *house = *state;
	static const int versions[] = { TLS1_2_VERSION, TLS1_3_VERSION };
	struct handshake_result result;
	unsigned char *der = NULL, sha256[32], sha512[64];
	size_t length;
	int fd;

	show_certificate(house);
	for (size_t i = 0; i < ARRAY_LENGTH(versions); i++) {
		tls_house_use_version(house, versions[i]);
		tls_house_connect(house, false);
		result = tls_house_finish(house, &fd);
		assert_true(result.facts.has_certificate);
		X509_digest(house->client.x509, EVP_sha256(), sha256, NULL);
		X509_digest(house->client.x509, EVP_sha512(), sha512, NULL);
		assert_memory_equal(result.facts.certificate_sha256, sha256, sizeof(sha256));
		assert_memory_equal(result.facts.certificate_sha512, sha512, sizeof(sha512));
		length = (size_t) i2d_PUBKEY(house->client.key, &der);
		SHA256(der, length, sha256);
		SHA512(der, length, sha512);
		OPENSSL_free(TAKE(der));
		assert_memory_equal(result.facts.key_sha256, sha256, sizeof(sha256));
		assert_memory_equal(result.facts.key_sha512, sha512, sizeof(sha512));
		tls_house_expect_to_talk(house, &result, fd);
		SSL_free(TAKE(house->ssl));
		close(TAKE_FD(house->fd));
	}
}

static void browsers_are_not_asked_for_a_certificate(void **state)
{
	struct house *house = *state;
	struct handshake_result result;
	int fd;

	show_certificate(house);
	tls_house_connect(house, true);
	result = tls_house_finish(house, &fd);
	assert_false(result.facts.has_certificate);
	tls_house_expect_to_talk(house, &result, fd);
}

static void write_pem(const char *path, const struct buffer *pem)
{
	FILE *file = fopen(path, "we");

	assert_non_null(file);
	assert_int_equal(fwrite(pem->bytes, 1, pem->length, file), pem->length);
	assert_int_equal(fclose(file), 0);
}

/* The proof for proof.example is the client's pair. */
static void write_proof(struct house *house)
{
	CLEANUP(buffer_done) struct buffer certificate = { 0 };
	CLEANUP(buffer_done) struct buffer key = { 0 };

	strcpy(house->directory, "/tmp/papod-proof-XXXXXX");
	assert_non_null(mkdtemp(house->directory));
	house->challenges = house->directory;
	snprintf(house->certificate, sizeof(house->certificate), "%s/proof.example.crt.pem",
		house->directory);
	snprintf(house->key, sizeof(house->key), "%s/proof.example.key.pem", house->directory);
	forge_put_certificate(&house->client, &certificate);
	forge_put_key(&house->client, &key);
	write_pem(house->certificate, &certificate);
	write_pem(house->key, &key);
}

static void remove_proof(const struct house *house)
{
	assert_int_equal(unlink(house->certificate), 0);
	assert_int_equal(unlink(house->key), 0);
	assert_int_equal(rmdir(house->directory), 0);
}

static void connect_issuer(struct house *house, const char *host)
{
	SSL_CTX_set_alpn_protos(house->context,
		(const unsigned char *) "\x0a"
					"acme-tls/1",
		11);
	tls_house_connect(house, false);
	if (host)
		SSL_set_tlsext_host_name(house->ssl, (char *) (uintptr_t) host);
}

static void an_issuer_is_shown_the_proof_and_no_more(void **state)
{
	struct house *house = *state;
	const unsigned char *protocol;
	unsigned int length;
	X509 *shown;
	char byte;

	write_proof(house);
	connect_issuer(house, "proof.example");
	assert_int_equal(tls_house_shake_hands(house), HANDSHAKE_STATE_LINGERS);
	assert_null(handshake_failure(house->handshake));
	assert_string_equal(handshake_challenge(house->handshake), "proof.example");
	shown = SSL_get1_peer_certificate(house->ssl);
	assert_int_equal(X509_cmp(shown, house->client.x509), 0);
	X509_free(shown);
	SSL_get0_alpn_selected(house->ssl, &protocol, &length);
	assert_int_equal(length, 10);
	assert_memory_equal(protocol, "acme-tls/1", 10);
	assert_int_equal(SSL_read(house->ssl, &byte, 1), 0);
	assert_int_equal(SSL_get_shutdown(house->ssl), SSL_RECEIVED_SHUTDOWN);
	remove_proof(house);
}

static void expect_no_proof(struct house *house, const char *host, const char *reason)
{
	connect_issuer(house, host);
	assert_int_equal(tls_house_shake_hands(house), HANDSHAKE_STATE_LINGERS);
	assert_null(handshake_challenge(house->handshake));
	assert_non_null(strstr(handshake_failure(house->handshake), reason));
	SSL_free(TAKE(house->ssl));
	close(TAKE_FD(house->fd));
	handshake_free(TAKE(house->handshake));
}

static void an_issuer_without_a_proof_is_refused(void **state)
{
	struct house *house = *state;

	write_proof(house);
	expect_no_proof(house, "other.example", "/other.example.crt.pem: cannot be read: ");
	expect_no_proof(house, NULL, "acme-tls/1 without the name of a host");
	unlink(house->key);
	expect_no_proof(house, "proof.example", "/proof.example.key.pem: cannot be read: ");
	assert_int_equal(symlink("/nonexistent", house->key), 0);
	remove_proof(house);
}

/* Without a directory of proofs it is a client like all others. */
static void without_proofs_nobody_is_an_issuer(void **state)
{
	struct house *house = *state;
	struct handshake_result result;
	int fd;

	connect_issuer(house, "proof.example");
	result = tls_house_finish(house, &fd);
	tls_house_expect_to_talk(house, &result, fd);
}

static void say(const struct house *house, const char *bytes, size_t length)
{
	assert_int_equal(send(house->fd, bytes, length, 0), length);
}

static void expect_plain_text(struct house *house, bool is_web, const char *text,
	const char *protocol, const char *refusal)
{
	tls_house_connect(house, is_web);
	assert_int_equal(tls_house_go_on(house), HANDSHAKE_STATE_WANTS_INPUT);
	say(house, text, strlen(text));
	assert_int_equal(tls_house_go_on(house), HANDSHAKE_STATE_LINGERS);
	assert_string_equal(handshake_foreign_protocol(house->handshake), protocol);
	assert_null(handshake_failure(house->handshake));
	expect_refusal(house, refusal);
	say(house, text, strlen(text)); /* is dropped */
	assert_int_equal(tls_house_go_on(house), HANDSHAKE_STATE_LINGERS);
	SSL_free(TAKE(house->ssl));
	close(TAKE_FD(house->fd));
	assert_int_equal(tls_house_go_on(house), HANDSHAKE_STATE_ENDED);
	handshake_free(TAKE(house->handshake));
}

static void clients_without_tls_are_told(void **state)
{
	static const char irc[] = "ERROR :This port speaks IRC with TLS only";
	static const char web[] = "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\n";

	expect_plain_text(*state, false, "NICK ana\r\n", "IRC without TLS", irc);
	expect_plain_text(*state, false, "GET / HTTP/1.1\r\n\r\n", "HTTP", irc);
	expect_plain_text(*state, true, "GET / HTTP/1.1\r\n\r\n", "HTTP", web);
	expect_plain_text(*state, true, "NICK ana\r\n", "IRC without TLS", web);
}

static void a_client_that_says_nothing_ends_without_a_word(void **state)
{
	struct house *house = *state;

	tls_house_connect(house, false);
	assert_int_equal(tls_house_go_on(house), HANDSHAKE_STATE_WANTS_INPUT);
	SSL_free(TAKE(house->ssl));
	close(TAKE_FD(house->fd));
	assert_int_equal(tls_house_go_on(house), HANDSHAKE_STATE_ENDED);
	assert_null(handshake_failure(house->handshake));
	assert_null(handshake_foreign_protocol(house->handshake));
}

static void a_client_that_goes_in_between_has_failed(void **state)
{
	struct house *house = *state;

	tls_house_connect(house, false);
	(void) SSL_do_handshake(house->ssl);
	assert_int_equal(tls_house_go_on(house), HANDSHAKE_STATE_WANTS_INPUT);
	SSL_free(TAKE(house->ssl));
	close(TAKE_FD(house->fd));
	while (tls_house_go_on(house) == HANDSHAKE_STATE_WANTS_INPUT)
		;
	assert_string_equal(
		handshake_failure(house->handshake), "the client closed the connection");
	assert_int_equal(tls_house_go_on(house), HANDSHAKE_STATE_ENDED);
}

static void nonsense_in_tls_has_a_reason(void **state)
{
	struct house *house = *state;

	tls_house_connect(house, false);
	say(house, "\x16\x03\x01\x00\x04zzzz", 9);
	assert_int_equal(tls_house_go_on(house), HANDSHAKE_STATE_LINGERS);
	assert_non_null(handshake_failure(house->handshake));
	assert_string_not_equal(
		handshake_failure(house->handshake), "the client closed the connection");
	assert_int_equal(ERR_peek_error(), 0);
	expect_refusal(house, "\x15\x03"); /* an alert */
}

/* Records of a ClientHello that does not end; the client sends `length` bytes in all. */
static void say_long_hello(const struct house *house, size_t length)
{
	char record[5 + 4096] = "\x16\x03\x01";
	size_t n;

	for (size_t at = 0; at < length; at += n) {
		n = length - at < sizeof(record) ? length - at : sizeof(record);
		record[3] = (char) ((n - 5) >> 8);
		record[4] = (char) (n - 5);
		if (!at)
			memcpy(record + 5, "\x01\x00\xff\xff\x03\x03", 6);
		say(house, record, n);
		memset(record + 5, 0, 6);
	}
}

static void a_handshake_of_16_kib_goes_on(void **state)
{
	struct house *house = *state;

	tls_house_connect(house, false);
	say_long_hello(house, 16 * 1024);
	assert_int_equal(tls_house_go_on(house), HANDSHAKE_STATE_WANTS_INPUT);
	say_long_hello(house, 6);
	assert_int_equal(tls_house_go_on(house), HANDSHAKE_STATE_LINGERS);
	assert_string_equal(
		handshake_failure(house->handshake), "the handshake is longer than 16 KiB");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, tls_house_setup, tls_house_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(tls_1_3_is_spoken),
		TEST(tls_1_2_is_spoken),
		TEST(all_suites_are_spoken),
		TEST(older_versions_are_refused),
		TEST(other_suites_are_refused),
		TEST(the_protocol_of_the_listener_is_agreed_on),
		TEST(a_short_fragment_is_granted),
		TEST(any_certificate_of_a_client_is_noted),
		TEST(browsers_are_not_asked_for_a_certificate),
		TEST(an_issuer_is_shown_the_proof_and_no_more),
		TEST(an_issuer_without_a_proof_is_refused),
		TEST(without_proofs_nobody_is_an_issuer),
		TEST(clients_without_tls_are_told),
		TEST(a_client_that_says_nothing_ends_without_a_word),
		TEST(a_client_that_goes_in_between_has_failed),
		TEST(nonsense_in_tls_has_a_reason),
		TEST(a_handshake_of_16_kib_goes_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
