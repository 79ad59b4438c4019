/* SASL on IRC. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/base64.h"
#include "base/cleanup.h"
#include "proto/sasl.h"

static void mechanisms_are_found_in_any_case(void **state)
{
	static const char *const names[] = { "EXTERNAL", "SCRAM-SHA-256", "PLAIN", "OAUTHBEARER",
		"IRCV3BEARER" };
	enum sasl_mechanism found;

	(void) state;
	for (size_t i = 0; i < ARRAY_LENGTH(names); i++) {
		assert_true(sasl_find_mechanism(names[i], &found));
		assert_int_equal(found, i);
		assert_string_equal(sasl_row(found)->name, names[i]);
		assert_int_equal(sasl_row(found)->most_characters % SASL_PIECE_BYTES, 0);
	}
	assert_true(sasl_find_mechanism("plain", &found));
	assert_int_equal(found, SASL_MECHANISM_PLAIN);
	assert_false(sasl_find_mechanism("", &found));
	assert_false(sasl_find_mechanism("PLAI", &found));
	assert_false(sasl_find_mechanism("PLAINS", &found));
	assert_false(sasl_find_mechanism("SCRAM-SHA-1", &found));
	assert_false(sasl_find_mechanism("SCRAM-SHA-256-PLUS", &found));
}

static void mechanisms_are_listed(void **state)
{
	static const char *const lists[] = {
		"",
		"EXTERNAL",
		"SCRAM-SHA-256",
		"EXTERNAL,SCRAM-SHA-256",
		"PLAIN",
		"EXTERNAL,PLAIN",
		"SCRAM-SHA-256,PLAIN",
		"EXTERNAL,SCRAM-SHA-256,PLAIN",
		"OAUTHBEARER",
	};

	(void) state;
	for (uint32_t set = 0; set < ARRAY_LENGTH(lists); set++) {
		CLEANUP(buffer_done) struct buffer out = { 0 };

		sasl_put_mechanisms(&out, set);
		assert_string_equal(buffer_text(&out), lists[set]);
	}
}

/* A whole message is decoded, as callers do it. */
static enum sasl_result collect_decoded(
	struct buffer *message, enum sasl_mechanism mechanism, const char *parameter)
{
	enum sasl_result result = sasl_collect(message, mechanism, parameter);

	if (result != SASL_RESULT_COMPLETE || sasl_decode(message))
		return result;
	buffer_done(message);
	return SASL_RESULT_MALFORMED;
}

static void assert_collected(
	const char *parameter, enum sasl_result expected, const char *bytes, size_t length)
{
	CLEANUP(buffer_done) struct buffer message = { 0 };

	assert_int_equal(collect_decoded(&message, SASL_MECHANISM_PLAIN, parameter), expected);
	assert_int_equal(message.length, length);
	assert_memory_equal(buffer_text(&message), bytes, length + 1);
}

static void a_message_in_one_piece_is_complete(void **state)
{
	(void) state;
	assert_collected(
		"amlsbGVzAGppbGxlcwBzZXNhbWU=", SASL_RESULT_COMPLETE, "jilles\0jilles\0sesame", 20);
	assert_collected("Zm9v", SASL_RESULT_COMPLETE, "foo", 3);
	assert_collected("+", SASL_RESULT_COMPLETE, "", 0);
}

static void other_parameters_leave_nothing(void **state)
{
	(void) state;
	assert_collected("*", SASL_RESULT_ABORTED, "", 0);
	assert_collected("", SASL_RESULT_MALFORMED, "", 0);
	assert_collected("**", SASL_RESULT_MALFORMED, "", 0);
	assert_collected("++", SASL_RESULT_MALFORMED, "", 0);
	assert_collected("=", SASL_RESULT_MALFORMED, "", 0);
	assert_collected(" Zm9v", SASL_RESULT_MALFORMED, "", 0);
	assert_collected("Zm9v Zm9v", SASL_RESULT_MALFORMED, "", 0);
	assert_collected("Zm9vY", SASL_RESULT_MALFORMED, "", 0);
}

#define MOST_BYTES 9000
#define MOST_TEXT (MOST_BYTES / 3 * 4 + 1)

/* A message of this many bytes, all of one kind, in base64. */
static void write_message(char *text, size_t length)
{
	char bytes[MOST_BYTES];

	assert_true(length <= sizeof(bytes));
	memset(bytes, 'x', length);
	base64_encode(bytes, length, text);
}

/* Send the text in pieces; the result of the last one. */
static enum sasl_result collect_text(
	struct buffer *message, enum sasl_mechanism mechanism, const char *text)
{
	char piece[SASL_PIECE_BYTES + 1];

	for (; strlen(text) >= SASL_PIECE_BYTES; text += SASL_PIECE_BYTES) {
		enum sasl_result result;

		memcpy(piece, text, SASL_PIECE_BYTES);
		piece[SASL_PIECE_BYTES] = '\0';
		result = collect_decoded(message, mechanism, piece);
		if (result != SASL_RESULT_WAITS)
			return result;
		assert_true(message->is_secret);
	}
	return collect_decoded(message, mechanism, *text ? text : "+");
}

static void pieces_are_joined(void **state)
{
	static const size_t lengths[] = { 1, 299, 300, 301, 597, 599, 600, 601, 899, 900, 1200 };
	char text[12001];

	(void) state;
	for (size_t i = 0; i < ARRAY_LENGTH(lengths); i++) {
		CLEANUP(buffer_done) struct buffer message = { 0 };

		write_message(text, lengths[i]);
		assert_int_equal(
			collect_text(&message, SASL_MECHANISM_PLAIN, text), SASL_RESULT_COMPLETE);
		assert_int_equal(message.length, lengths[i]);
		assert_int_equal(strspn(message.bytes, "x"), lengths[i]);
	}
}

static void nothing_of_the_text_stays_behind_the_bytes(void **state)
{
	CLEANUP(buffer_done) struct buffer message = { 0 };

	(void) state;
	assert_int_equal(collect_decoded(&message, SASL_MECHANISM_PLAIN, "Zm9vYmFyZm9vYmFy"),
		SASL_RESULT_COMPLETE);
	assert_memory_equal(message.bytes, "foobarfoobar\0\0\0\0", 17);
	assert_true(message.is_secret);
}

static void each_mechanism_has_its_longest_message(void **state)
{
	char text[MOST_TEXT];

	(void) state;
	for (size_t i = 0; i < SASL_MECHANISMS; i++) {
		enum sasl_mechanism mechanism = (enum sasl_mechanism) i;
		size_t most_bytes = BASE64_MOST_BYTES(sasl_row(mechanism)->most_characters);
		struct buffer message = { 0 };

		write_message(text, most_bytes);
		assert_int_equal(collect_text(&message, mechanism, text), SASL_RESULT_COMPLETE);
		assert_int_equal(message.length, most_bytes);
		buffer_done(&message);
		write_message(text, most_bytes + 1);
		assert_int_equal(collect_text(&message, mechanism, text), SASL_RESULT_TOO_LONG);
		assert_null(message.bytes);
	}
}

static void a_piece_has_at_most_400_characters(void **state)
{
	CLEANUP(buffer_done) struct buffer message = { 0 };
	char piece[SASL_PIECE_BYTES + 5];

	(void) state;
	memset(piece, 'A', sizeof(piece));
	piece[SASL_PIECE_BYTES + 4] = '\0';
	assert_int_equal(
		collect_decoded(&message, SASL_MECHANISM_PLAIN, piece), SASL_RESULT_TOO_LONG);
	piece[SASL_PIECE_BYTES + 1] = '\0';
	assert_int_equal(
		collect_decoded(&message, SASL_MECHANISM_PLAIN, piece), SASL_RESULT_TOO_LONG);
	piece[SASL_PIECE_BYTES] = '\0';
	assert_int_equal(collect_decoded(&message, SASL_MECHANISM_PLAIN, piece), SASL_RESULT_WAITS);
	assert_int_equal(collect_decoded(&message, SASL_MECHANISM_PLAIN, "*"), SASL_RESULT_ABORTED);
	assert_null(message.bytes);
}

/* A full piece that ends with padding is the last one. */
static void padding_inside_is_malformed(void **state)
{
	CLEANUP(buffer_done) struct buffer message = { 0 };
	char text[4001];

	(void) state;
	write_message(text, 299);
	assert_int_equal(collect_decoded(&message, SASL_MECHANISM_PLAIN, text), SASL_RESULT_WAITS);
	assert_int_equal(
		collect_decoded(&message, SASL_MECHANISM_PLAIN, "Zm9v"), SASL_RESULT_MALFORMED);
	assert_null(message.bytes);
}

/* The pieces make up the text of the bytes, and all except the last are full. */
static void assert_pieces(size_t length, size_t n_pieces, const char *last)
{
	char bytes[1000], text[2001], joined[2001] = "", piece[SASL_PIECE_BYTES + 1];
	struct sasl_pieces pieces = { bytes, length, false };
	size_t n = 0;

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (char) (i / 3);
	base64_encode(bytes, length, text);
	for (; sasl_next_piece(&pieces, piece); n++) {
		assert_int_equal(strlen(joined), n * SASL_PIECE_BYTES);
		strcat(joined, piece);
	}
	assert_int_equal(n, n_pieces);
	if (last)
		assert_string_equal(piece, last);
	if (strcmp(piece, "+") == 0)
		joined[strlen(joined) - 1] = '\0';
	assert_string_equal(joined, text);
	assert_false(sasl_next_piece(&pieces, piece));
}

static void messages_of_the_server_are_divided(void **state)
{
	struct sasl_pieces nothing = { 0 };
	char piece[SASL_PIECE_BYTES + 1];

	(void) state;
	assert_pieces(0, 1, "+");
	assert_pieces(1, 1, "AA==");
	assert_pieces(297, 1, NULL);
	assert_pieces(300, 2, "+");
	assert_pieces(301, 2, "ZA==");
	assert_pieces(600, 3, "+");
	assert_pieces(602, 3, "yMg=");
	assert_true(sasl_next_piece(&nothing, piece));
	assert_string_equal(piece, "+");
}

/* 298 and 299 bytes have 400 characters, too. */
static void a_full_piece_with_padding_is_followed_by_a_plus(void **state)
{
	(void) state;
	assert_pieces(298, 2, "+");
	assert_pieces(299, 2, "+");
}

static void assert_plain(const char *message, size_t length, const char *const fields[3])
{
	struct sasl_plain plain;

	assert_true(sasl_parse_plain(message, length, &plain));
	assert_string_equal(plain.acts_for, fields[0]);
	assert_string_equal(plain.name, fields[1]);
	assert_string_equal(plain.password, fields[2]);
}

/* RFC 4616 4, and characters of several bytes. */
static void the_three_fields_of_plain_are_found(void **state)
{
	(void) state;
	assert_plain("\0tim\0tanstaaftanstaaf", 21,
		(const char *const[]){ "", "tim", "tanstaaftanstaaf" });
	assert_plain("Ursel\0Kurt\0xipj3plmq", 20,
		(const char *const[]){ "Ursel", "Kurt", "xipj3plmq" });
	assert_plain("\0a\0b", 4, (const char *const[]){ "", "a", "b" });
	assert_plain("\0\xc3\xa5\0\xf0\x9f\x90\xa7 ", 9,
		(const char *const[]){ "", "\xc3\xa5", "\xf0\x9f\x90\xa7 " });
}

static void other_messages_are_not_plain(void **state)
{
	static const struct {
		const char *bytes;
		size_t length;
	} rows[] = {
		{ "", 0 },
		{ "ana", 3 },
		{ "ana\0ana", 7 },
		{ "\0", 1 },
		{ "\0\0", 2 },
		{ "ana\0\0", 5 },
		{ "\0\0password", 10 },
		{ "\0ana\0", 5 },
		{ "\0ana\0pass\0word", 14 },
		{ "\0ana\0password\0", 14 },
		{ "\0ana\0\0", 6 },
		{ "\xff\0ana\0password", 14 },
		{ "\0an\xe4\0password", 13 },
		{ "\0ana\0pass\xc3", 10 },
		{ "\0ana\0\xc0\x80", 7 },
		{ "\0ana\0\xed\xa0\x80", 8 },
	};
	struct sasl_plain plain;

	(void) state;
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++)
		if (sasl_parse_plain(rows[i].bytes, rows[i].length, &plain))
			fail_msg("row %zu is PLAIN", i);
}

static void fields_of_plain_have_at_most_300_bytes(void **state)
{
	char message[3 * (SASL_FIELD_BYTES + 1)];
	struct sasl_plain plain;

	(void) state;
	memset(message, 'x', sizeof(message));
	message[300] = message[601] = message[902] = '\0';
	assert_true(sasl_parse_plain(message, 902, &plain));
	assert_int_equal(strlen(plain.acts_for), SASL_FIELD_BYTES);
	assert_int_equal(strlen(plain.name), SASL_FIELD_BYTES);
	assert_int_equal(strlen(plain.password), SASL_FIELD_BYTES);
	for (size_t longer = 0; longer < 3; longer++) {
		char text[3 * (SASL_FIELD_BYTES + 1) + 1] = { 0 };
		size_t lengths[3] = { 1, 1, 1 }, at = 0;

		lengths[longer] = SASL_FIELD_BYTES + 1;
		for (size_t i = 0; i < 3; i++) {
			memset(text + at, 'x', lengths[i]);
			at += lengths[i] + 1;
		}
		assert_false(sasl_parse_plain(text, at - 1, &plain));
	}
}

/* The longest fields fit into the longest message. */
static void the_longest_plain_message_is_collected(void **state)
{
	size_t most = BASE64_MOST_BYTES(sasl_row(SASL_MECHANISM_PLAIN)->most_characters);

	(void) state;
	assert_true(most >= 3 * SASL_FIELD_BYTES + 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(mechanisms_are_found_in_any_case),
		cmocka_unit_test(mechanisms_are_listed),
		cmocka_unit_test(a_message_in_one_piece_is_complete),
		cmocka_unit_test(other_parameters_leave_nothing),
		cmocka_unit_test(pieces_are_joined),
		cmocka_unit_test(nothing_of_the_text_stays_behind_the_bytes),
		cmocka_unit_test(each_mechanism_has_its_longest_message),
		cmocka_unit_test(a_piece_has_at_most_400_characters),
		cmocka_unit_test(padding_inside_is_malformed),
		cmocka_unit_test(messages_of_the_server_are_divided),
		cmocka_unit_test(a_full_piece_with_padding_is_followed_by_a_plus),
		cmocka_unit_test(the_three_fields_of_plain_are_found),
		cmocka_unit_test(other_messages_are_not_plain),
		cmocka_unit_test(fields_of_plain_have_at_most_300_bytes),
		cmocka_unit_test(the_longest_plain_message_is_collected),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
