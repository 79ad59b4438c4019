/* Plaintext becomes records. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "hex.h"
#include "pair.h"
#include "tls/seal.h"

#define ROOM (1 << 17)
#define WORN_OUT (UINT64_C(1) << 24)

static int setup(void **state)
{
	struct pair *pair = calloc(1, sizeof(*pair));

	pair->crypto = tls_crypto_new();
	*state = pair;
	return 0;
}

static int teardown(void **state)
{
	struct pair *pair = *state;

	tls_crypto_free(pair->crypto);
	free(pair);
	return 0;
}

static struct iovec piece_of(const void *bytes, size_t length)
{
	return (struct iovec){ (void *) (uintptr_t) bytes, length };
}

static size_t seal_bytes(struct pair *pair, const void *bytes, size_t length, uint8_t *out)
{
	struct iovec piece = piece_of(bytes, length);

	return tls_seal(pair->crypto, &pair->server, &piece, 1, out);
}

/* The client opens the records; the plaintext must be the given bytes. Returns the number of
 * records with data. */
static size_t assert_opens(
	struct pair *pair, uint8_t *records, size_t n_bytes, const uint8_t *plain, size_t length)
{
	uint8_t *out = malloc(TLS_PLAIN_MAX + 1);
	size_t at = 0, n_records = 0;

	while (n_bytes) {
		struct tls_opened opened =
			tls_open(pair->crypto, &pair->client, records, n_bytes, out);

		assert_in_range(opened.kind, TLS_OPENED_DATA, TLS_OPENED_NOTHING);
		assert_in_range(opened.length, 0, length - at);
		if (opened.length)
			assert_memory_equal(opened.data, plain + at, opened.length);
		at += opened.length;
		n_records += opened.length > 0;
		records += opened.taken;
		n_bytes -= opened.taken;
	}
	assert_int_equal(at, length);
	free(out);
	return n_records;
}

/* RFC 8448 3: after a ticket, the server sends 50 bytes and closes. */
static void records_are_those_of_rfc_8448(void **state)
{
	struct pair *pair = *state;
	uint8_t secret[TLS_SECRET_MAX], content[50], out[256];

	hex_parse("a11af9f05531f856ad47116b45a950328204b4f44bfb6b3a4b4f1f3fcb631643", secret,
		sizeof(secret));
	assert_true(tls_keys_from_1_3_secrets(pair->crypto, 0x1301, secret, secret, &pair->server));
	for (size_t i = 0; i < sizeof(content); i++)
		content[i] = (uint8_t) i;
	pair->server.write.number = 1;
	assert_hex(out, seal_bytes(pair, content, sizeof(content), out),
		"1703030043 2e937e11ef4ac740e538ad36005fc4a46932fc3225d05f82aa1b36e30efaf97d"
		"90e6dffc602dcb501a59a8fcc49c4bf2e5f0a21c0047c2abf332540dd032e167c2955d");
	assert_hex(out, tls_seal_alert(pair->crypto, &pair->server, TLS_ALERT_CLOSE_NOTIFY, out),
		"1703030013 b58fd67166ebf599d24720cfbe7efa7a8864a9");
}

static void a_length_is_known_before_sealing(void **state)
{
	static const size_t lengths[] = { 0, 1, 100, 510, 511, 512, 513, 1022, 1023, 16383, 16384,
		16385, 70000 };
	static const uint16_t limits[] = { 512, 1024, 2048, 4096, TLS_PLAIN_MAX };
	struct pair *pair = *state;
	uint8_t *plain = calloc(1, 70000), *out = malloc(ROOM);

	for (size_t suite = 0; suite < PAIR_SUITES; suite++) {
		for (size_t i = 0; i < ARRAY_LENGTH(lengths) * ARRAY_LENGTH(limits); i++) {
			size_t length = lengths[i / ARRAY_LENGTH(limits)], expected;

			pair_init(pair, pair->crypto, pair_suites[suite]);
			pair->server.max_fragment = limits[i % ARRAY_LENGTH(limits)];
			pair->client.max_fragment = pair->server.max_fragment;
			expected = tls_sealed_bytes(&pair->server, length);
			assert_int_equal(seal_bytes(pair, plain, length, out), expected);
			assert_opens(pair, out, expected, plain, length);
		}
	}
	free(plain);
	free(out);
}

static void pieces_share_a_record(void **state)
{
	struct pair *pair = *state;
	const struct iovec pieces[] = { piece_of(":ana ", 5), piece_of("", 0),
		piece_of("PRIVMSG", 7), piece_of(" #a :b\r\n", 8) };
	uint8_t out[256];
	size_t length;

	for (size_t suite = 0; suite < PAIR_SUITES; suite++) {
		pair_init(pair, pair->crypto, pair_suites[suite]);
		length = tls_seal(pair->crypto, &pair->server, pieces, ARRAY_LENGTH(pieces), out);
		assert_int_equal(length, tls_sealed_bytes(&pair->server, 20));
		assert_int_equal(assert_opens(pair, out, length,
					 (const uint8_t *) ":ana PRIVMSG #a :b\r\n", 20),
			1);
	}
}

static void long_pieces_take_several_records(void **state)
{
	struct pair *pair = *state;
	uint8_t plain[1300], out[2048];
	const struct iovec pieces[] = { piece_of(plain, 700), piece_of(plain + 700, 1),
		piece_of(plain + 701, 599) };
	size_t length;

	for (size_t i = 0; i < sizeof(plain); i++)
		plain[i] = (uint8_t) (i * 7);
	pair_init(pair, pair->crypto, 0xc02b);
	pair->server.max_fragment = pair->client.max_fragment = 512;
	length = tls_seal(pair->crypto, &pair->server, pieces, ARRAY_LENGTH(pieces), out);
	assert_int_equal(assert_opens(pair, out, length, plain, sizeof(plain)), 3);
}

/* RFC 8446 5.4 */
static void a_reduced_limit_includes_the_type(void **state)
{
	struct pair *pair = *state;
	uint8_t plain[600] = { 0 }, out[1024];

	pair_init(pair, pair->crypto, 0x1301);
	pair->server.max_fragment = 512;
	seal_bytes(pair, plain, sizeof(plain), out);
	assert_int_equal(out[3] << 8 | out[4], 512 + TLS_TAG_BYTES);
	pair_init(pair, pair->crypto, 0xcca8);
	pair->server.max_fragment = 512;
	seal_bytes(pair, plain, sizeof(plain), out);
	assert_int_equal(out[3] << 8 | out[4], 512 + TLS_TAG_BYTES);
}

/* RFC 5288 3 */
static void the_explicit_nonce_is_the_number(void **state)
{
	struct pair *pair = *state;
	uint8_t out[64];

	pair_init(pair, pair->crypto, 0xc030);
	pair->server.write.number = 0x0102030405060708;
	pair->server.write.number &= WORN_OUT - 1;
	seal_bytes(pair, "x", 1, out);
	assert_hex(out, 13, "17 0303 0019 0000000000060708");
}

static void a_key_changes_before_it_wears_out(void **state)
{
	struct pair *pair = *state;
	uint8_t out[256];
	size_t length;

	pair_init(pair, pair->crypto, 0x1302);
	pair->server.write.number = pair->client.read.number = WORN_OUT - 1;
	length = seal_bytes(pair, "last", 4, out);
	assert_int_equal(pair->server.write.n_updates, 0);
	assert_opens(pair, out, length, (const uint8_t *) "last", 4);

	length = tls_sealed_bytes(&pair->server, 5);
	assert_int_equal(seal_bytes(pair, "first", 5, out), length);
	assert_int_equal(pair->server.write.n_updates, 1);
	assert_int_equal(pair->server.write.number, 1);
	assert_opens(pair, out, length, (const uint8_t *) "first", 5);
	assert_int_equal(pair->client.read.n_updates, 1);
	assert_false(pair->client.flags & TLS_OWES_UPDATE);
	assert_memory_equal(&pair->client.read, &pair->server.write, sizeof(pair->server.write));
}

static void a_key_of_chacha_does_not_wear_out(void **state)
{
	struct pair *pair = *state;
	uint8_t out[256];

	pair_init(pair, pair->crypto, 0x1303);
	pair->server.write.number = WORN_OUT;
	assert_int_equal(seal_bytes(pair, "a", 1, out), 23);
	pair_init(pair, pair->crypto, 0xcca9);
	pair->server.write.number = WORN_OUT;
	assert_true(tls_can_seal(&pair->server));
}

static void a_worn_out_key_of_tls_1_2_can_only_say_goodbye(void **state)
{
	struct pair *pair = *state;
	uint8_t out[256];

	pair_init(pair, pair->crypto, 0xc02f);
	pair->server.write.number = WORN_OUT - 1;
	assert_true(tls_can_seal(&pair->server));
	seal_bytes(pair, "a", 1, out);
	assert_false(tls_can_seal(&pair->server));
	assert_int_equal(
		tls_seal_alert(pair->crypto, &pair->server, TLS_ALERT_CLOSE_NOTIFY, out), 31);
}

static void an_owed_update_goes_first_and_once(void **state)
{
	struct pair *pair = *state;
	uint8_t out[256];
	size_t length;

	pair_init(pair, pair->crypto, 0x1301);
	assert_int_equal(tls_sealed_bytes(&pair->server, 0), 0);
	pair->server.flags |= TLS_OWES_UPDATE;
	assert_int_equal(tls_sealed_bytes(&pair->server, 0), 27);
	length = tls_seal(pair->crypto, &pair->server, NULL, 0, out);
	assert_int_equal(length, 27);
	assert_opens(pair, out, length, NULL, 0);
	assert_int_equal(tls_sealed_bytes(&pair->server, 0), 0);

	pair->server.flags |= TLS_OWES_UPDATE;
	length = seal_bytes(pair, "a", 1, out);
	assert_int_equal(length, 27 + 23);
	assert_opens(pair, out, length, (const uint8_t *) "a", 1);
	assert_int_equal(pair->client.read.n_updates, 2);
	assert_int_equal(pair->server.flags, 0);
}

static void a_refusal_is_a_warning(void **state)
{
	struct pair *pair = *state;
	uint8_t out[256], plain[8];
	struct tls_box box;
	size_t length;

	pair_init(pair, pair->crypto, 0xcca8);
	pair->server.flags |= TLS_OWES_REFUSAL;
	assert_int_equal(tls_sealed_bytes(&pair->server, 0), 23);
	length = tls_seal(pair->crypto, &pair->server, NULL, 0, out);
	assert_int_equal(length, 23);
	assert_int_equal(out[0], TLS_CONTENT_ALERT);
	assert_true(tls_can_seal(&pair->server));
	assert_int_equal(pair->server.flags, 0);

	box = tls_keys_box(&pair->client, &pair->client.read);
	box.head = (const uint8_t *) "\0\0\0\0\0\0\0\1\25\3\3\0\2";
	box.head_length = 13;
	box.in = out + 5;
	box.out = plain;
	box.length = 2;
	box.tag = out + 7;
	assert_true(tls_crypto_open(pair->crypto, &box));
	assert_hex(plain, 2, "01 64");
}

static void nothing_follows_the_last_alert(void **state)
{
	static const enum tls_alert last[] = { TLS_ALERT_CLOSE_NOTIFY, TLS_ALERT_BAD_RECORD_MAC };
	struct pair *pair = *state;
	uint8_t out[256], plain[8];
	struct tls_opened opened;
	size_t length;

	for (size_t i = 0; i < ARRAY_LENGTH(last) * PAIR_SUITES; i++) {
		pair_init(pair, pair->crypto, pair_suites[i / ARRAY_LENGTH(last)]);
		length = tls_seal_alert(
			pair->crypto, &pair->server, last[i % ARRAY_LENGTH(last)], out);
		assert_in_range(length, 23, TLS_ALERT_MAX);
		assert_false(tls_can_seal(&pair->server));
		opened = tls_open(pair->crypto, &pair->client, out, length, plain);
		assert_int_equal(
			opened.kind, i % ARRAY_LENGTH(last) ? TLS_OPENED_ALERT : TLS_OPENED_CLOSE);
		assert_int_equal(opened.alert, last[i % ARRAY_LENGTH(last)]);
		assert_int_equal(
			tls_seal_alert(pair->crypto, &pair->server, TLS_ALERT_CLOSE_NOTIFY, out),
			0);
	}
}

/* After a crash between sealing and publishing, the next process seals again. */
static void a_copy_of_the_keys_seals_the_same_bytes(void **state)
{
	struct pair *pair = *state;
	struct tls_crypto *next = tls_crypto_new();
	uint8_t first[256], second[256];
	struct tls_keys copy;
	struct iovec piece = piece_of("hello\r\n", 7);
	size_t length;

	for (size_t suite = 0; suite < PAIR_SUITES; suite++) {
		pair_init(pair, pair->crypto, pair_suites[suite]);
		seal_bytes(pair, "before", 6, first);
		copy = pair->server;
		length = seal_bytes(pair, "hello\r\n", 7, first);
		assert_int_equal(tls_seal(next, &copy, &piece, 1, second), length);
		assert_memory_equal(first, second, length);
		assert_memory_equal(&copy, &pair->server, sizeof(copy));
	}
	tls_crypto_free(next);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(records_are_those_of_rfc_8448),
		cmocka_unit_test(a_length_is_known_before_sealing),
		cmocka_unit_test(pieces_share_a_record),
		cmocka_unit_test(long_pieces_take_several_records),
		cmocka_unit_test(a_reduced_limit_includes_the_type),
		cmocka_unit_test(the_explicit_nonce_is_the_number),
		cmocka_unit_test(a_key_changes_before_it_wears_out),
		cmocka_unit_test(a_key_of_chacha_does_not_wear_out),
		cmocka_unit_test(a_worn_out_key_of_tls_1_2_can_only_say_goodbye),
		cmocka_unit_test(an_owed_update_goes_first_and_once),
		cmocka_unit_test(a_refusal_is_a_warning),
		cmocka_unit_test(nothing_follows_the_last_alert),
		cmocka_unit_test(a_copy_of_the_keys_seals_the_same_bytes),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
