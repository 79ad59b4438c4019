/* Records become plaintext, and those that break a rule end the connection. */
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

#define ROOM (TLS_RECORD_MAX + 512)
#define TLS_1_3 0x1301
#define TLS_1_2 0xc02b
#define REQUESTS "\30\0\0\1\1" /* KeyUpdate, update_requested */
#define UPDATES "\30\0\0\1\0"  /* update_not_requested */

struct reader {
	struct pair pair;
	uint8_t record[ROOM];
	uint8_t out[TLS_PLAIN_MAX + 1];
};

static int setup(void **state)
{
	struct reader *reader = calloc(1, sizeof(*reader));

	reader->pair.crypto = tls_crypto_new();
	*state = reader;
	return 0;
}

static int teardown(void **state)
{
	struct reader *reader = *state;

	tls_crypto_free(reader->pair.crypto);
	free(reader);
	return 0;
}

static void begin(struct reader *reader, uint16_t suite)
{
	pair_init(&reader->pair, reader->pair.crypto, suite);
}

static struct tls_opened open_bytes(struct reader *reader, size_t length)
{
	return tls_open(
		reader->pair.crypto, &reader->pair.server, reader->record, length, reader->out);
}

/* The client sends the record, and the server opens it. */
static struct tls_opened receive(struct reader *reader, const struct forged *forged)
{
	size_t length =
		forge_record(reader->pair.crypto, &reader->pair.client, forged, reader->record);
	struct tls_opened opened = open_bytes(reader, length);

	assert_int_equal(opened.taken, length);
	return opened;
}

static enum tls_opened_kind receive_text(
	struct reader *reader, uint8_t type, const char *content, size_t length)
{
	return receive(reader, &(struct forged){ type, content, length, 0 }).kind;
}

static void assert_refused(struct tls_opened opened, enum tls_alert alert)
{
	assert_int_equal(opened.kind, TLS_OPENED_ERROR);
	assert_int_equal(opened.alert, alert);
	assert_null(opened.data);
	assert_int_equal(opened.length, 0);
}

/* RFC 8448 3: the client sends 50 bytes and closes. */
static void records_of_rfc_8448_are_read(void **state)
{
	struct reader *reader = *state;
	struct tls_opened opened;
	uint8_t secret[TLS_SECRET_MAX];
	size_t length;

	hex_parse("9e40646ce79a7f9dc05af8889bce6552875afa0b06df0087f792ebb7c17504a5", secret,
		sizeof(secret));
	assert_true(tls_keys_from_1_3_secrets(
		reader->pair.crypto, TLS_1_3, secret, secret, &reader->pair.server));
	length = hex_parse(
		"1703030043 a23f7054b62c94d0affafe8228ba55cbefacea42f914aa66bcab3f2b9819a8a5"
		"b46b395bd54a9a20441e2b62974e1f5a6292a2977014bd1e3deae63aeebb21694915e4"
		"1703030013 c9872760655666b74d7ff1153efd6db6d0b0e3",
		reader->record, ROOM);
	opened = open_bytes(reader, length);
	assert_int_equal(opened.kind, TLS_OPENED_DATA);
	assert_int_equal(opened.taken, 72);
	assert_int_equal(opened.length, 50);
	for (size_t i = 0; i < 50; i++)
		assert_int_equal(opened.data[i], i);
	memmove(reader->record, reader->record + 72, 24);
	opened = open_bytes(reader, 24);
	assert_int_equal(opened.kind, TLS_OPENED_CLOSE);
	assert_int_equal(opened.taken, 24);
}

static void a_partial_record_tells_how_much_it_needs(void **state)
{
	struct reader *reader = *state;
	const struct forged data = { TLS_CONTENT_DATA, "PING\r\n", 6, 0 };
	struct tls_keys before;
	struct tls_opened opened;
	size_t length;

	for (size_t suite = 0; suite < PAIR_SUITES; suite++) {
		begin(reader, pair_suites[suite]);
		length = forge_record(
			reader->pair.crypto, &reader->pair.client, &data, reader->record);
		before = reader->pair.server;
		for (size_t i = 0; i < length; i++) {
			opened = open_bytes(reader, i);
			assert_int_equal(opened.kind, TLS_OPENED_PARTIAL);
			assert_int_equal(
				opened.taken, i < TLS_HEAD_BYTES ? TLS_HEAD_BYTES : length);
		}
		assert_memory_equal(&reader->pair.server, &before, sizeof(before));
		/* bytes of the next record do not disturb */
		opened = open_bytes(reader, length + 9);
		assert_int_equal(opened.kind, TLS_OPENED_DATA);
		assert_int_equal(opened.taken, length);
		assert_memory_equal(opened.data, "PING\r\n", 6);
	}
}

static void a_record_opens_in_place(void **state)
{
	struct reader *reader = *state;
	const struct forged data = { TLS_CONTENT_DATA, "PING\r\n", 6, 0 };
	struct tls_opened opened;
	size_t length;

	for (size_t suite = 0; suite < PAIR_SUITES; suite++) {
		begin(reader, pair_suites[suite]);
		length = forge_record(
			reader->pair.crypto, &reader->pair.client, &data, reader->record);
		opened = tls_open(
			reader->pair.crypto, &reader->pair.server, reader->record, length, NULL);
		assert_int_equal(opened.kind, TLS_OPENED_DATA);
		assert_in_range(opened.data - reader->record, TLS_HEAD_BYTES, length);
		assert_int_equal(opened.length, 6);
		assert_memory_equal(opened.data, "PING\r\n", 6);
	}
}

/* Each bit of the ciphertext, the explicit nonce and the tag counts, and nothing of the plaintext
 * is left. */
static void nothing_of_a_record_with_a_wrong_tag_is_visible(void **state)
{
	static const uint8_t nothing[64];
	struct reader *reader = *state;
	const struct forged data = { TLS_CONTENT_DATA, "a long enough secret, to be sure", 32, 0 };
	struct tls_opened opened;
	size_t length;

	for (size_t suite = 0; suite < PAIR_SUITES; suite++) {
		begin(reader, pair_suites[suite]);
		length = forge_record(
			reader->pair.crypto, &reader->pair.client, &data, reader->record);
		for (size_t bit = TLS_HEAD_BYTES * 8; bit < length * 8; bit++) {
			struct tls_keys keys = reader->pair.server;

			reader->record[bit / 8] ^= (uint8_t) (1 << bit % 8);
			memset(reader->out, 0, sizeof(nothing));
			opened = tls_open(
				reader->pair.crypto, &keys, reader->record, length, reader->out);
			reader->record[bit / 8] ^= (uint8_t) (1 << bit % 8);
			assert_refused(opened, TLS_ALERT_BAD_RECORD_MAC);
			assert_memory_equal(reader->out, nothing, sizeof(nothing));
		}
		assert_int_equal(open_bytes(reader, length).kind, TLS_OPENED_DATA);
	}
}

static void a_record_counts_once_and_in_its_turn(void **state)
{
	struct reader *reader = *state;
	const struct forged data = { TLS_CONTENT_DATA, "a", 1, 0 };
	struct tls_keys keys;
	size_t length;

	for (size_t suite = 0; suite < PAIR_SUITES; suite++) {
		begin(reader, pair_suites[suite]);
		length = forge_record(
			reader->pair.crypto, &reader->pair.client, &data, reader->record);
		keys = reader->pair.server;
		keys.read.number++;
		assert_refused(
			tls_open(reader->pair.crypto, &keys, reader->record, length, reader->out),
			TLS_ALERT_BAD_RECORD_MAC);
		assert_int_equal(open_bytes(reader, length).kind, TLS_OPENED_DATA);
		assert_refused(open_bytes(reader, length), TLS_ALERT_BAD_RECORD_MAC);
	}
}

/* Each row is a record with a correct tag. */
static void a_record_that_breaks_a_rule_gets_its_alert(void **state)
{
	static const struct {
		uint16_t suite;
		uint8_t type;
		const char *content;
		size_t length;
		enum tls_alert alert;
	} rows[] = {
		/* RFC 8446 5.2, 5.4: types that are not, and only padding */
		{ TLS_1_3, 0, "", 0, TLS_ALERT_UNEXPECTED_MESSAGE },
		{ TLS_1_3, 0, "\0\0\0", 3, TLS_ALERT_UNEXPECTED_MESSAGE },
		{ TLS_1_3, 20, "\1", 1, TLS_ALERT_UNEXPECTED_MESSAGE },
		{ TLS_1_3, 24, "\1\0\20", 3, TLS_ALERT_UNEXPECTED_MESSAGE },
		{ TLS_1_3, 255, "a", 1, TLS_ALERT_UNEXPECTED_MESSAGE },
		/* 5.1: alerts are whole and alone */
		{ TLS_1_3, 21, "", 0, TLS_ALERT_UNEXPECTED_MESSAGE },
		{ TLS_1_3, 21, "\1", 1, TLS_ALERT_DECODE_ERROR },
		{ TLS_1_3, 21, "\1\0\1\0", 4, TLS_ALERT_DECODE_ERROR },
		{ TLS_1_3, 22, "", 0, TLS_ALERT_UNEXPECTED_MESSAGE },
		/* 4.6.1, 4.6.2, 4.1.2: what no client sends unasked */
		{ TLS_1_3, 22, "\4\0\0\1\0", 5, TLS_ALERT_UNEXPECTED_MESSAGE },
		{ TLS_1_3, 22, "\13\0\0\0", 4, TLS_ALERT_UNEXPECTED_MESSAGE },
		{ TLS_1_3, 22, "\24\0\0\40", 4, TLS_ALERT_UNEXPECTED_MESSAGE },
		{ TLS_1_3, 22, "\1\0\0\1\0", 5, TLS_ALERT_UNEXPECTED_MESSAGE },
		/* 4.6.3 */
		{ TLS_1_3, 22, "\30\0\0\1\2", 5, TLS_ALERT_ILLEGAL_PARAMETER },
		{ TLS_1_3, 22, "\30\0\0\0", 4, TLS_ALERT_DECODE_ERROR },
		{ TLS_1_3, 22, "\30\0\0\2\0\0", 6, TLS_ALERT_DECODE_ERROR },
		{ TLS_1_3, 22, "\30\1\0\1\0", 5, TLS_ALERT_DECODE_ERROR },
		/* 5.1: a message before a key change ends with its record */
		{ TLS_1_3, 22, UPDATES "\30", 6, TLS_ALERT_UNEXPECTED_MESSAGE },
		{ TLS_1_3, 22, UPDATES UPDATES, 10, TLS_ALERT_UNEXPECTED_MESSAGE },
		/* RFC 5246 */
		{ TLS_1_2, 20, "\1", 1, TLS_ALERT_UNEXPECTED_MESSAGE },
		{ TLS_1_2, 24, "\1\0\20", 3, TLS_ALERT_UNEXPECTED_MESSAGE },
		{ TLS_1_2, 0, "a", 1, TLS_ALERT_UNEXPECTED_MESSAGE },
		{ TLS_1_2, 21, "\1", 1, TLS_ALERT_DECODE_ERROR },
		{ TLS_1_2, 21, "\1\0\0", 3, TLS_ALERT_DECODE_ERROR },
		{ TLS_1_2, 21, "\3\12", 2, TLS_ALERT_ILLEGAL_PARAMETER },
		{ TLS_1_2, 22, "\24\0\0\14", 4, TLS_ALERT_UNEXPECTED_MESSAGE },
		{ TLS_1_2, 22, "\30", 1, TLS_ALERT_UNEXPECTED_MESSAGE },
		{ TLS_1_2, 22, "\1\0\0\0", 4, TLS_ALERT_DECODE_ERROR },
	};
	struct reader *reader = *state;

	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		const struct forged forged = { rows[i].type, rows[i].content, rows[i].length, 0 };

		begin(reader, rows[i].suite);
		assert_refused(receive(reader, &forged), rows[i].alert);
	}
}

/* These need no tag, and are refused before the rest has come. */
static void a_bad_head_is_refused_at_once(void **state)
{
	static const struct {
		uint16_t suite;
		const char *head;
		enum tls_alert alert;
	} rows[] = {
		/* RFC 8446 5: nothing without protection, and no change_cipher_spec */
		{ TLS_1_3, "\24\3\3\0\1", TLS_ALERT_UNEXPECTED_MESSAGE },
		{ TLS_1_3, "\25\3\3\0\2", TLS_ALERT_UNEXPECTED_MESSAGE },
		{ TLS_1_3, "\26\3\3\0\30", TLS_ALERT_UNEXPECTED_MESSAGE },
		{ TLS_1_3, "PRIVM", TLS_ALERT_UNEXPECTED_MESSAGE },
		{ TLS_1_3, "\27\3\1\0\30", TLS_ALERT_DECODE_ERROR },
		{ TLS_1_3, "\27\3\4\0\30", TLS_ALERT_DECODE_ERROR },
		{ TLS_1_3, "\27\3\3\0\20", TLS_ALERT_DECODE_ERROR },
		{ TLS_1_3, "\27\3\3\0\0", TLS_ALERT_DECODE_ERROR },
		{ TLS_1_3, "\27\3\3\100\22", TLS_ALERT_RECORD_OVERFLOW },
		{ TLS_1_3, "\27\3\3\377\377", TLS_ALERT_RECORD_OVERFLOW },
		{ TLS_1_2, "\27\3\1\0\50", TLS_ALERT_PROTOCOL_VERSION },
		{ TLS_1_2, "\27\2\3\0\50", TLS_ALERT_PROTOCOL_VERSION },
		{ TLS_1_2, "\24\3\3\0\50", TLS_ALERT_UNEXPECTED_MESSAGE },
		{ TLS_1_2, "\200\56\1\3\1", TLS_ALERT_UNEXPECTED_MESSAGE },
		{ TLS_1_2, "\27\3\3\0\27", TLS_ALERT_DECODE_ERROR },
		{ TLS_1_2, "\27\3\3\100\31", TLS_ALERT_RECORD_OVERFLOW },
		{ 0xcca8, "\27\3\3\0\17", TLS_ALERT_DECODE_ERROR },
		{ 0xcca8, "\27\3\3\100\21", TLS_ALERT_RECORD_OVERFLOW },
	};
	struct reader *reader = *state;

	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		begin(reader, rows[i].suite);
		memcpy(reader->record, rows[i].head, TLS_HEAD_BYTES);
		assert_refused(open_bytes(reader, TLS_HEAD_BYTES), rows[i].alert);
	}
}

static void the_longest_record_is_read(void **state)
{
	struct reader *reader = *state;
	uint8_t *plain = calloc(1, TLS_PLAIN_MAX);
	struct forged forged = { TLS_CONTENT_DATA, plain, TLS_PLAIN_MAX, 0 };

	for (size_t suite = 0; suite < PAIR_SUITES; suite++) {
		begin(reader, pair_suites[suite]);
		assert_int_equal(receive(reader, &forged).length, TLS_PLAIN_MAX);
	}
	/* of 512 */
	for (size_t suite = 0; suite < PAIR_SUITES; suite++) {
		begin(reader, pair_suites[suite]);
		reader->pair.server.max_fragment = 512;
		forged.length = 512;
		assert_int_equal(receive(reader, &forged).length, 512);
		forged.length = 513;
		assert_refused(receive(reader, &forged), TLS_ALERT_RECORD_OVERFLOW);
	}
	free(plain);
}

static void padding_is_no_data(void **state)
{
	struct reader *reader = *state;
	struct tls_opened opened;

	begin(reader, TLS_1_3);
	opened = receive(reader, &(struct forged){ TLS_CONTENT_DATA, "a\0", 2, 1000 });
	assert_int_equal(opened.kind, TLS_OPENED_DATA);
	assert_int_equal(opened.length, 2);
	opened = receive(reader, &(struct forged){ TLS_CONTENT_DATA, "", 0, TLS_PLAIN_MAX });
	assert_int_equal(opened.kind, TLS_OPENED_NOTHING);
	opened = receive(reader, &(struct forged){ TLS_CONTENT_DATA, "b", 1, TLS_PLAIN_MAX - 1 });
	assert_int_equal(opened.length, 1);
	opened = receive(reader, &(struct forged){ TLS_CONTENT_DATA, "b", 1, TLS_PLAIN_MAX });
	assert_refused(opened, TLS_ALERT_RECORD_OVERFLOW);
}

static void alerts_close_warn_or_end(void **state)
{
	static const struct {
		uint16_t suite;
		const char *alert;
		enum tls_opened_kind kind;
	} rows[] = {
		{ TLS_1_3, "\1\0", TLS_OPENED_CLOSE },
		{ TLS_1_3, "\2\0", TLS_OPENED_CLOSE },
		{ TLS_1_3, "\1\132", TLS_OPENED_NOTHING }, /* user_canceled */
		/* RFC 8446 6: an error, of any level, and even if unknown */
		{ TLS_1_3, "\2\24", TLS_OPENED_ALERT },
		{ TLS_1_3, "\1\24", TLS_OPENED_ALERT },
		{ TLS_1_3, "\1\144", TLS_OPENED_ALERT },
		{ TLS_1_3, "\1\310", TLS_OPENED_ALERT },
		{ TLS_1_2, "\1\0", TLS_OPENED_CLOSE },
		{ TLS_1_2, "\1\132", TLS_OPENED_NOTHING },
		{ TLS_1_2, "\1\144", TLS_OPENED_NOTHING },
		{ TLS_1_2, "\2\24", TLS_OPENED_ALERT },
		{ TLS_1_2, "\2\144", TLS_OPENED_ALERT },
	};
	struct reader *reader = *state;

	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct tls_opened opened;

		begin(reader, rows[i].suite);
		opened =
			receive(reader, &(struct forged){ TLS_CONTENT_ALERT, rows[i].alert, 2, 0 });
		assert_int_equal(opened.kind, rows[i].kind);
		if (opened.kind == TLS_OPENED_ALERT)
			assert_int_equal(opened.alert, (uint8_t) rows[i].alert[1]);
	}
}

static void what_follows_the_end_is_ignored(void **state)
{
	static const char *const ends[] = { "\1\0", "\2\24", "\2" };
	struct reader *reader = *state;

	for (size_t i = 0; i < ARRAY_LENGTH(ends); i++) {
		struct tls_opened opened;

		begin(reader, TLS_1_3);
		receive(reader, &(struct forged){ TLS_CONTENT_ALERT, ends[i], i == 2 ? 1 : 2, 0 });
		memset(reader->record, 'x', 100);
		opened = open_bytes(reader, 100);
		assert_int_equal(opened.kind, TLS_OPENED_CLOSE);
		assert_int_equal(opened.taken, 100);
		assert_int_equal(opened.length, 0);
	}
}

static void a_key_update_changes_the_key(void **state)
{
	struct reader *reader = *state;
	struct pair *pair = &reader->pair;

	for (int suite = 0x1301; suite <= 0x1303; suite++) {
		begin(reader, (uint16_t) suite);
		assert_int_equal(receive_text(reader, 22, UPDATES, 5), TLS_OPENED_NOTHING);
		assert_false(pair->server.flags & TLS_OWES_UPDATE);
		tls_keys_update(pair->crypto, tls_keys_suite(&pair->client), &pair->client.write);
		assert_int_equal(receive_text(reader, 23, "a", 1), TLS_OPENED_DATA);

		assert_int_equal(receive_text(reader, 22, REQUESTS, 5), TLS_OPENED_NOTHING);
		assert_true(pair->server.flags & TLS_OWES_UPDATE);
		tls_keys_update(pair->crypto, tls_keys_suite(&pair->client), &pair->client.write);
		assert_int_equal(receive_text(reader, 23, "b", 1), TLS_OPENED_DATA);
		assert_int_equal(pair->server.write.n_updates, 0);

		/* the old key is no key any more */
		assert_int_equal(receive_text(reader, 22, UPDATES, 5), TLS_OPENED_NOTHING);
		assert_int_equal(receive_text(reader, 23, "c", 1), TLS_OPENED_ERROR);
	}
}

/* RFC 8446 5.1 */
static void a_key_update_may_come_in_parts(void **state)
{
	struct reader *reader = *state;
	struct pair *pair = &reader->pair;

	begin(reader, TLS_1_3);
	for (size_t i = 0; i < 5; i++)
		assert_int_equal(receive_text(reader, 22, &REQUESTS[i], 1), TLS_OPENED_NOTHING);
	assert_int_equal(pair->server.read.n_updates, 1);
	assert_true(pair->server.flags & TLS_OWES_UPDATE);
	tls_keys_update(pair->crypto, tls_keys_suite(&pair->client), &pair->client.write);
	assert_int_equal(receive_text(reader, 22, "\30\0\0\1", 4), TLS_OPENED_NOTHING);
	assert_true(tls_keys_are_valid(&pair->server));
	assert_refused(receive(reader, &(struct forged){ 22, "\0\30", 2, 0 }),
		TLS_ALERT_UNEXPECTED_MESSAGE);
}

static void nothing_comes_between_its_parts(void **state)
{
	static const uint8_t types[] = { TLS_CONTENT_DATA, TLS_CONTENT_ALERT };
	struct reader *reader = *state;

	for (size_t i = 0; i < ARRAY_LENGTH(types); i++) {
		begin(reader, TLS_1_3);
		assert_int_equal(receive_text(reader, 22, "\30\0", 2), TLS_OPENED_NOTHING);
		assert_refused(receive(reader, &(struct forged){ types[i], "\1\0", 2, 0 }),
			TLS_ALERT_UNEXPECTED_MESSAGE);
	}
}

/* Each kind of a record that brings nothing, alone. */
static void too_many_records_without_data_are_a_flood(void **state)
{
	static const struct {
		uint16_t suite;
		uint8_t type;
		const char *content;
		size_t length;
	} rows[] = {
		{ TLS_1_3, 23, "", 0 },
		{ TLS_1_3, 21, "\1\132", 2 },
		{ TLS_1_2, 23, "", 0 },
		{ TLS_1_2, 22, "", 0 },
		{ TLS_1_2, 21, "\1\144", 2 },
		{ TLS_1_2, 22, "\1\0\0\1x", 5 },
	};
	struct reader *reader = *state;

	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		const struct forged empty = { rows[i].type, rows[i].content, rows[i].length, 0 };

		begin(reader, rows[i].suite);
		for (int round = 0; round < 2; round++) {
			for (int n = 0; n < TLS_EMPTY_MAX; n++)
				assert_int_equal(receive(reader, &empty).kind, TLS_OPENED_NOTHING);
			/* data makes up for it */
			if (!round)
				assert_int_equal(receive_text(reader, 23, "a", 1), TLS_OPENED_DATA);
		}
		assert_refused(receive(reader, &empty), TLS_ALERT_UNEXPECTED_MESSAGE);
	}
}

static enum tls_opened_kind receive_update(struct reader *reader)
{
	struct pair *pair = &reader->pair;
	enum tls_opened_kind kind = receive_text(reader, 22, REQUESTS, 5);

	tls_keys_update(pair->crypto, tls_keys_suite(&pair->client), &pair->client.write);
	return kind;
}

static void a_key_update_must_be_followed_by_some_data(void **state)
{
	struct reader *reader = *state;

	/* a byte after each is not enough */
	begin(reader, TLS_1_3);
	for (int i = 0; i < 34; i++) {
		assert_int_equal(receive_update(reader), TLS_OPENED_NOTHING);
		assert_int_equal(receive_text(reader, 23, "a", 1), TLS_OPENED_DATA);
	}
	assert_int_equal(receive_update(reader), TLS_OPENED_ERROR);

	/* a page of lines after each is, for ever */
	begin(reader, TLS_1_3);
	for (int i = 0; i < 200; i++) {
		assert_int_equal(receive_update(reader), TLS_OPENED_NOTHING);
		for (int line = 0; line < TLS_UPDATE_COST; line++)
			assert_int_equal(receive_text(reader, 23, "a", 1), TLS_OPENED_DATA);
	}
}

/* RFC 5246 7.2.2 */
static void a_new_hello_is_answered_with_a_warning(void **state)
{
	struct reader *reader = *state;
	struct tls_keys *keys = &reader->pair.server;
	char hello[404] = { 1, 0, 1, 144 };

	begin(reader, TLS_1_2);
	assert_int_equal(receive_text(reader, 22, hello, sizeof(hello)), TLS_OPENED_NOTHING);
	assert_int_equal(keys->flags, TLS_OWES_REFUSAL);
	keys->flags = 0;

	/* in parts, with any bytes inside, and data between */
	memset(hello + 4, 20, sizeof(hello) - 4);
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(receive_text(reader, 22, hello + i, 1), TLS_OPENED_NOTHING);
	assert_int_equal(receive_text(reader, 22, hello + 4, 300), TLS_OPENED_NOTHING);
	assert_int_equal(receive_text(reader, 23, "a", 1), TLS_OPENED_DATA);
	assert_int_equal(keys->flags, 0);
	assert_int_equal(receive_text(reader, 22, hello + 304, 100), TLS_OPENED_NOTHING);
	assert_int_equal(keys->flags, TLS_OWES_REFUSAL);

	/* another message behind it */
	assert_int_equal(receive_text(reader, 22, "\1\0\0\2ab\1\0\0\1c", 11), TLS_OPENED_NOTHING);
	assert_refused(receive(reader, &(struct forged){ 22, "\1\0\0\2ab\2", 7, 0 }),
		TLS_ALERT_UNEXPECTED_MESSAGE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(records_of_rfc_8448_are_read),
		cmocka_unit_test(a_partial_record_tells_how_much_it_needs),
		cmocka_unit_test(a_record_opens_in_place),
		cmocka_unit_test(nothing_of_a_record_with_a_wrong_tag_is_visible),
		cmocka_unit_test(a_record_counts_once_and_in_its_turn),
		cmocka_unit_test(a_record_that_breaks_a_rule_gets_its_alert),
		cmocka_unit_test(a_bad_head_is_refused_at_once),
		cmocka_unit_test(the_longest_record_is_read),
		cmocka_unit_test(padding_is_no_data),
		cmocka_unit_test(alerts_close_warn_or_end),
		cmocka_unit_test(what_follows_the_end_is_ignored),
		cmocka_unit_test(a_key_update_changes_the_key),
		cmocka_unit_test(a_key_update_may_come_in_parts),
		cmocka_unit_test(nothing_comes_between_its_parts),
		cmocka_unit_test(too_many_records_without_data_are_a_flood),
		cmocka_unit_test(a_key_update_must_be_followed_by_some_data),
		cmocka_unit_test(a_new_hello_is_answered_with_a_warning),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
