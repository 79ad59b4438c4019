/* OpenSSL understands our records, and we understand OpenSSL's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <openssl/err.h>

#include "base/cleanup.h"
#include "handshake.h"
#include "tls/open.h"
#include "tls/seal.h"

#define ROOM (1 << 18)
#define LONGEST 70000

static const struct handshake_wish suites[] = {
	{ .cipher = "TLS_AES_128_GCM_SHA256", .is_1_3 = true },
	{ .cipher = "TLS_AES_256_GCM_SHA384", .is_1_3 = true },
	{ .cipher = "TLS_CHACHA20_POLY1305_SHA256", .is_1_3 = true },
	{ .cipher = "ECDHE-ECDSA-AES128-GCM-SHA256" },
	{ .cipher = "ECDHE-ECDSA-AES256-GCM-SHA384" },
	{ .cipher = "ECDHE-RSA-AES128-GCM-SHA256" },
	{ .cipher = "ECDHE-RSA-AES256-GCM-SHA384" },
	{ .cipher = "ECDHE-RSA-CHACHA20-POLY1305" },
	{ .cipher = "ECDHE-ECDSA-CHACHA20-POLY1305" },
};
#define SUITES_1_3 3

struct room {
	struct handshake handshake;
	uint8_t records[ROOM];
	uint8_t opened[ROOM];
	uint8_t plain[LONGEST];
};

static int setup(void **state)
{
	struct room *room = calloc(1, sizeof(*room));

	for (size_t i = 0; i < LONGEST; i++)
		room->plain[i] = (uint8_t) (i * 13 + i / 256);
	*state = room;
	return 0;
}

static int teardown(void **state)
{
	free(*state);
	return 0;
}

/* Open all that the client has sent; returns the length of the plaintext, and the last kind that is
 * neither data nor nothing. */
static size_t open_all(struct room *room, enum tls_opened_kind *ret_kind)
{
	struct handshake *handshake = &room->handshake;
	int left = BIO_read(handshake->to_server, room->records, ROOM);
	uint8_t *at = room->records;
	size_t length = 0;

	*ret_kind = TLS_OPENED_NOTHING;
	while (left > 0) {
		struct tls_opened opened = tls_open(handshake->crypto, &handshake->keys, at,
			(size_t) left, room->opened + length);

		length += opened.length;
		if (opened.kind != TLS_OPENED_DATA && opened.kind != TLS_OPENED_NOTHING)
			*ret_kind = opened.kind;
		if (opened.kind == TLS_OPENED_PARTIAL)
			break;
		at += opened.taken;
		left -= (int) opened.taken;
	}
	return length;
}

static void assert_client_writes(struct room *room, size_t length)
{
	enum tls_opened_kind kind;

	assert_int_equal(SSL_write(room->handshake.client, room->plain, (int) length), length);
	assert_int_equal(open_all(room, &kind), length);
	assert_int_equal(kind, TLS_OPENED_NOTHING);
	assert_memory_equal(room->opened, room->plain, length);
}

static void send_to_client(struct room *room, size_t length)
{
	struct handshake *handshake = &room->handshake;
	struct iovec piece = { room->plain, length };
	size_t sealed = tls_seal(handshake->crypto, &handshake->keys, &piece, 1, room->records);

	if (sealed)
		assert_int_equal(
			BIO_write(handshake->to_client, room->records, (int) sealed), sealed);
}

static void assert_client_reads(struct room *room, size_t length)
{
	size_t at = 0;

	send_to_client(room, length);
	while (at < length) {
		int n = SSL_read(room->handshake.client, room->opened + at, (int) (length - at));

		assert_in_range(n, 1, length - at);
		at += (size_t) n;
	}
	assert_memory_equal(room->opened, room->plain, length);
	assert_int_equal(SSL_read(room->handshake.client, room->opened, 1), -1);
}

/* The error of the client's read, by its reason. */
static void assert_client_fails(struct room *room, int reason)
{
	ERR_clear_error();
	assert_true(SSL_read(room->handshake.client, room->opened, 1) <= 0);
	assert_int_equal(ERR_GET_REASON(ERR_peek_last_error()), reason);
	ERR_clear_error();
}

static void data_goes_both_ways(void **state)
{
	static const size_t lengths[] = { 1, 100, 512, 16383, 16384, 16385, LONGEST };
	struct room *room = *state;

	for (size_t i = 0; i < ARRAY_LENGTH(suites); i++) {
		handshake_init(&room->handshake, &suites[i]);
		for (size_t n = 0; n < ARRAY_LENGTH(lengths); n++) {
			assert_client_writes(room, lengths[n]);
			assert_client_reads(room, lengths[n]);
		}
		handshake_done(&room->handshake);
	}
}

static void the_client_may_update_its_key(void **state)
{
	static const int kinds[] = { SSL_KEY_UPDATE_NOT_REQUESTED, SSL_KEY_UPDATE_REQUESTED };
	struct room *room = *state;
	struct tls_keys *keys = &room->handshake.keys;

	for (size_t i = 0; i < SUITES_1_3; i++) {
		handshake_init(&room->handshake, &suites[i]);
		for (unsigned int n = 0; n < 20; n++) {
			assert_int_equal(SSL_key_update(room->handshake.client, kinds[n % 2]), 1);
			assert_client_writes(room, 100);
			assert_int_equal(keys->read.n_updates, n + 1);
			assert_client_reads(room, 100);
			assert_int_equal(keys->write.n_updates, (n + 1) / 2);
		}
		handshake_done(&room->handshake);
	}
}

/* Two requests before the next data get one answer, which needs no data. */
static void requests_of_a_silent_client_are_answered_once(void **state)
{
	struct room *room = *state;
	struct tls_keys *keys = &room->handshake.keys;
	enum tls_opened_kind kind;

	handshake_init(&room->handshake, &suites[0]);
	for (int n = 0; n < 2; n++) {
		assert_int_equal(
			SSL_key_update(room->handshake.client, SSL_KEY_UPDATE_REQUESTED), 1);
		assert_int_equal(SSL_do_handshake(room->handshake.client), 1);
		assert_int_equal(open_all(room, &kind), 0);
		assert_int_equal(kind, TLS_OPENED_NOTHING);
	}
	assert_int_equal(keys->read.n_updates, 2);
	assert_client_reads(room, 0);
	assert_int_equal(keys->write.n_updates, 1);
	assert_client_reads(room, 100);
	assert_client_writes(room, 100);
	handshake_done(&room->handshake);
}

/* OpenSSL cannot be made to expect record number 2^24, so the update is due for the other reason.
 */
static void our_own_update_is_understood(void **state)
{
	struct room *room = *state;

	for (size_t i = 0; i < SUITES_1_3; i++) {
		handshake_init(&room->handshake, &suites[i]);
		for (unsigned int n = 0; n < 5; n++) {
			room->handshake.keys.flags |= TLS_OWES_UPDATE;
			assert_client_reads(room, 1000);
			assert_int_equal(room->handshake.keys.write.n_updates, n + 1);
		}
		assert_client_writes(room, 1000);
		handshake_done(&room->handshake);
	}
}

static void negotiated_limits_are_kept(void **state)
{
	static const struct handshake_wish wishes[] = {
		{ .cipher = "TLS_AES_128_GCM_SHA256", .is_1_3 = true, .max_fragment_code = 1 },
		{ .cipher = "TLS_CHACHA20_POLY1305_SHA256",
			.is_1_3 = true,
			.max_fragment_code = 3 },
		{ .cipher = "ECDHE-ECDSA-AES128-GCM-SHA256", .max_fragment_code = 1 },
		{ .cipher = "ECDHE-ECDSA-CHACHA20-POLY1305", .max_fragment_code = 4 },
	};
	struct room *room = *state;

	for (size_t i = 0; i < ARRAY_LENGTH(wishes); i++) {
		handshake_init(&room->handshake, &wishes[i]);
		assert_int_equal(
			room->handshake.keys.max_fragment, 256 << wishes[i].max_fragment_code);
		assert_client_writes(room, LONGEST);
		assert_client_reads(room, LONGEST);
		handshake_done(&room->handshake);
	}
}

static void padded_records_are_read(void **state)
{
	static const struct handshake_wish wishes[] = {
		{ .cipher = "TLS_AES_256_GCM_SHA384", .is_1_3 = true, .padding = 512 },
		{ .cipher = "TLS_AES_256_GCM_SHA384", .is_1_3 = true, .padding = 16384 },
	};
	struct room *room = *state;

	for (size_t i = 0; i < ARRAY_LENGTH(wishes); i++) {
		handshake_init(&room->handshake, &wishes[i]);
		assert_client_writes(room, 5);
		assert_client_writes(room, LONGEST);
		handshake_done(&room->handshake);
	}
}

static void both_sides_can_close(void **state)
{
	struct room *room = *state;
	struct handshake *handshake = &room->handshake;
	enum tls_opened_kind kind;
	size_t length;

	for (size_t i = 0; i < ARRAY_LENGTH(suites); i++) {
		handshake_init(handshake, &suites[i]);
		assert_int_equal(SSL_shutdown(handshake->client), 0);
		assert_int_equal(open_all(room, &kind), 0);
		assert_int_equal(kind, TLS_OPENED_CLOSE);
		length = tls_seal_alert(
			handshake->crypto, &handshake->keys, TLS_ALERT_CLOSE_NOTIFY, room->records);
		BIO_write(handshake->to_client, room->records, (int) length);
		assert_int_equal(SSL_shutdown(handshake->client), 1);
		handshake_done(handshake);
	}
}

/* TLS 1.3 closes each direction by itself. */
static void a_client_that_has_closed_still_reads(void **state)
{
	struct room *room = *state;
	enum tls_opened_kind kind;

	handshake_init(&room->handshake, &suites[0]);
	assert_int_equal(SSL_shutdown(room->handshake.client), 0);
	open_all(room, &kind);
	assert_int_equal(kind, TLS_OPENED_CLOSE);
	send_to_client(room, 100);
	assert_int_equal(SSL_read(room->handshake.client, room->opened, ROOM), 100);
	handshake_done(&room->handshake);
}

static void alerts_end_the_connection(void **state)
{
	struct room *room = *state;
	struct handshake *handshake = &room->handshake;
	enum tls_opened_kind kind;
	size_t length;

	for (size_t i = 0; i < ARRAY_LENGTH(suites); i++) {
		handshake_init(handshake, &suites[i]);
		length = tls_seal_alert(handshake->crypto, &handshake->keys,
			TLS_ALERT_RECORD_OVERFLOW, room->records);
		BIO_write(handshake->to_client, room->records, (int) length);
		assert_client_fails(room, SSL_R_TLSV1_ALERT_RECORD_OVERFLOW);
		handshake_done(handshake);

		/* and those of the client */
		handshake_init(handshake, &suites[i]);
		send_to_client(room, 100);
		length = (size_t) BIO_read(handshake->to_client, room->records, ROOM);
		room->records[length - 1] ^= 1;
		BIO_write(handshake->to_client, room->records, (int) length);
		assert_client_fails(room, SSL_R_DECRYPTION_FAILED_OR_BAD_RECORD_MAC);
		assert_int_equal(open_all(room, &kind), 0);
		assert_int_equal(kind, TLS_OPENED_ALERT);
		handshake_done(handshake);
	}
}

static void a_wish_to_renegotiate_is_refused(void **state)
{
	struct room *room = *state;
	struct handshake *handshake = &room->handshake;
	enum tls_opened_kind kind;

	for (size_t i = SUITES_1_3; i < ARRAY_LENGTH(suites); i++) {
		handshake_init(handshake, &suites[i]);
		assert_int_equal(SSL_renegotiate(handshake->client), 1);
		assert_int_equal(SSL_do_handshake(handshake->client), -1);
		assert_int_equal(open_all(room, &kind), 0);
		assert_int_equal(kind, TLS_OPENED_NOTHING);
		assert_int_equal(handshake->keys.flags, TLS_OWES_REFUSAL);
		send_to_client(room, 0);
		assert_client_fails(room, SSL_R_NO_RENEGOTIATION);
		handshake_done(handshake);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(data_goes_both_ways),
		cmocka_unit_test(the_client_may_update_its_key),
		cmocka_unit_test(requests_of_a_silent_client_are_answered_once),
		cmocka_unit_test(our_own_update_is_understood),
		cmocka_unit_test(negotiated_limits_are_kept),
		cmocka_unit_test(padded_records_are_read),
		cmocka_unit_test(both_sides_can_close),
		cmocka_unit_test(a_client_that_has_closed_still_reads),
		cmocka_unit_test(alerts_end_the_connection),
		cmocka_unit_test(a_wish_to_renegotiate_is_refused),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
