/* Lines of clients, from bytes to parts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "base/text.h"
#include "proto/message.h"

#define ROOM 20000

/* From a block of exactly that size, so that a sanitizer finds reads beyond it. */
static enum message_result parse(const char *text, size_t length, struct message *message)
{
	char *line = malloc(length ? length : 1);
	enum message_result result;

	memcpy(line, text, length);
	result = message_parse(line, length, message);
	free(line);
	return result;
}

static enum message_result parse_text(const char *text, struct message *message)
{
	return parse(text, strlen(text), message);
}

static void lines_are_taken_apart(void **state)
{
	static const struct {
		const char *line, *tags, *command;
		int n_params;
		const char *params[4];
	} rows[] = {
		{ "PING", NULL, "PING", 0, { NULL } },
		{ "PING ", NULL, "PING", 0, { NULL } },
		{ "PING x", NULL, "PING", 1, { "x" } },
		{ "PING :", NULL, "PING", 1, { "" } },
		{ "PING ::x", NULL, "PING", 1, { ":x" } },
		{ "PING x ", NULL, "PING", 1, { "x" } },
		{ "PING x :", NULL, "PING", 2, { "x", "" } },
		{ "PING a:b", NULL, "PING", 1, { "a:b" } },
		{ "PRIVMSG #a :b c  d ", NULL, "PRIVMSG", 2, { "#a", "b c  d " } },
		{ "  MODE   #a   +o   ana  ", NULL, "MODE", 3, { "#a", "+o", "ana" } },
		{ ":src PING x", NULL, "PING", 1, { "x" } },
		{ ":src   PING x", NULL, "PING", 1, { "x" } },
		{ ": PING x", NULL, "PING", 1, { "x" } },
		{ "@a=b;+c PING x", "a=b;+c", "PING", 1, { "x" } },
		{ "@a   :src   PING   x", "a", "PING", 1, { "x" } },
		{ "@ PING", "", "PING", 0, { NULL } },
		{ "@;;=x;a=\\ PING", ";;=x;a=\\", "PING", 0, { NULL } },
		{ "PING @a", NULL, "PING", 1, { "@a" } },
		{ "PING \xff\xfe\x01", NULL, "PING", 1, { "\xff\xfe\x01" } },
		{ "PING\tx y", NULL, "PING\tx", 1, { "y" } },
	};
	struct message message;

	(void) state;
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		assert_int_equal(parse_text(rows[i].line, &message), MESSAGE_OK);
		assert_string_equal(message.command, rows[i].command);
		assert_int_equal(message.n_params, rows[i].n_params);
		for (int j = 0; j < rows[i].n_params; j++)
			assert_string_equal(message.params[j], rows[i].params[j]);
		for (int j = rows[i].n_params; j <= MESSAGE_PARAMS; j++)
			assert_null(message.params[j]);
		if (rows[i].tags)
			assert_string_equal(message.tags, rows[i].tags);
		else
			assert_null(message.tags);
	}
}

static void lines_that_say_nothing_are_empty(void **state)
{
	static const char *const lines[] = { "", " ", "      ", ":", ":x", ":x   ", "@", "@a",
		"@a ", "@a=b :src", "@a=b :src  ", "\r", "\r\r\r", "  \r", ":a :PING x",
		"@a :b :c" };
	struct message message;

	(void) state;
	for (size_t i = 0; i < ARRAY_LENGTH(lines); i++)
		assert_int_equal(parse_text(lines[i], &message), MESSAGE_EMPTY);
	assert_int_equal(message_parse(NULL, 0, &message), MESSAGE_EMPTY);
}

static void the_fifteenth_parameter_takes_the_rest(void **state)
{
	struct message message;

	(void) state;
	assert_int_equal(parse_text("C 1 2 3 4 5 6 7 8 9 10 11 12 13 14", &message), MESSAGE_OK);
	assert_int_equal(message.n_params, 14);
	assert_int_equal(
		parse_text("C 1 2 3 4 5 6 7 8 9 10 11 12 13 14 :15 16", &message), MESSAGE_OK);
	assert_int_equal(message.n_params, 15);
	assert_string_equal(message.params[14], "15 16");
	assert_int_equal(
		parse_text("C 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 :16  17", &message), MESSAGE_OK);
	assert_int_equal(message.n_params, 15);
	assert_string_equal(message.params[13], "14");
	assert_string_equal(message.params[14], "15 :16  17");
	assert_null(message.params[15]);
}

static void a_thousand_parameters_are_fifteen(void **state)
{
	struct message message;
	char line[MESSAGE_BYTES + 1];

	(void) state;
	for (size_t i = 0; i < MESSAGE_BYTES; i++)
		line[i] = i % 2 ? ' ' : 'x';
	line[MESSAGE_BYTES] = '\0';
	assert_int_equal(parse_text(line, &message), MESSAGE_OK);
	assert_int_equal(message.n_params, MESSAGE_PARAMS);
	assert_int_equal(strlen(message.params[14]), MESSAGE_BYTES - 2 * 15);
}

static void a_nul_or_a_cr_inside_is_refused(void **state)
{
	struct message message;

	(void) state;
	assert_int_equal(parse("PING \0x", 7, &message), MESSAGE_NOT_TEXT);
	assert_int_equal(parse("\0", 1, &message), MESSAGE_NOT_TEXT);
	assert_int_equal(parse("PING x\0", 7, &message), MESSAGE_NOT_TEXT);
	assert_int_equal(parse_text("PRIVMSG #a :b\rQUIT", &message), MESSAGE_NOT_TEXT);
	assert_int_equal(parse_text("\rPING", &message), MESSAGE_NOT_TEXT);
	assert_int_equal(parse_text("@a\r PING", &message), MESSAGE_NOT_TEXT);
}

static void crs_at_the_end_are_no_part_of_it(void **state)
{
	struct message message;

	(void) state;
	assert_int_equal(parse_text("PING x\r", &message), MESSAGE_OK);
	assert_string_equal(message.params[0], "x");
	assert_int_equal(parse_text("PING x\r\r", &message), MESSAGE_OK);
	assert_string_equal(message.params[0], "x");
}

/* A line with a command and tags of these lengths, tags including the @ and the space. */
static enum message_result parse_long(size_t tags, size_t rest, struct message *message)
{
	char line[ROOM];

	assert_true(tags + rest < sizeof(line));
	memset(line, 'x', sizeof(line));
	if (tags) {
		line[0] = '@';
		line[tags - 1] = ' ';
	}
	return parse(line, tags + rest, message);
}

static void the_limits_of_lines_and_tags_are_exact(void **state)
{
	struct message message;

	(void) state;
	assert_int_equal(parse_long(0, MESSAGE_BYTES, &message), MESSAGE_OK);
	assert_int_equal(strlen(message.command), MESSAGE_BYTES);
	assert_int_equal(parse_long(0, MESSAGE_BYTES + 1, &message), MESSAGE_TOO_LONG);
	assert_int_equal(parse_long(4096, MESSAGE_BYTES, &message), MESSAGE_OK);
	assert_int_equal(strlen(message.tags), 4094);
	assert_int_equal(strlen(message.command), MESSAGE_BYTES);
	assert_int_equal(parse_long(4097, 1, &message), MESSAGE_TOO_LONG);
	assert_int_equal(parse_long(8191, MESSAGE_BYTES, &message), MESSAGE_TOO_LONG);
	assert_int_equal(parse_long(4096, MESSAGE_BYTES + 1, &message), MESSAGE_TOO_LONG);
	assert_int_equal(parse_long(0, ROOM - 1, &message), MESSAGE_TOO_LONG);
	assert_int_equal(parse_long(ROOM - 1, 0, &message), MESSAGE_TOO_LONG);
}

static void tags_without_an_end_are_tags(void **state)
{
	struct message message;
	char line[ROOM];

	(void) state;
	memset(line, ';', sizeof(line));
	line[0] = '@';
	assert_int_equal(parse(line, 4000, &message), MESSAGE_EMPTY);
	assert_int_equal(parse(line, 8000, &message), MESSAGE_TOO_LONG);
	assert_int_equal(parse(line, ROOM, &message), MESSAGE_TOO_LONG);
}

static void what_is_finished_is_one_line(void **state)
{
	struct buffer text = { 0 };

	(void) state;
	buffer_put_text(&text, "ERROR :no\r\nthing");
	message_finish(&text, false);
	assert_string_equal(text.bytes, "ERROR :no  thing\r\n");
	buffer_clear(&text);
	for (int i = 0; i < 300; i++)
		buffer_put_text(&text, "\xc3\xa1");
	buffer_put_text(&text, "x");
	message_finish(&text, false);
	assert_int_equal(text.length, MESSAGE_BYTES + 2);
	buffer_clear(&text);
	buffer_put_text(&text, "x");
	for (int i = 0; i < 300; i++)
		buffer_put_text(&text, "\xc3\xa1");
	message_finish(&text, false);
	assert_int_equal(text.length, MESSAGE_BYTES - 1 + 2);
	buffer_clear(&text);
	buffer_put_text(&text, "\xff\x02\xc3\xa1");
	message_finish(&text, false);
	assert_string_equal(text.bytes, "\xff\x02\xc3\xa1\r\n");
	buffer_clear(&text);
	buffer_put_text(&text, "\xff\x02\xc3\xa1");
	message_finish(&text, true);
	assert_string_equal(text.bytes, "?\x02\xc3\xa1\r\n");
	buffer_done(&text);
}

static void put_many(struct buffer *line, const char *text, int n)
{
	while (n--)
		buffer_put_text(line, text);
}

static void the_text_of_a_line_is_spared(void **state)
{
	CLEANUP(buffer_done) struct buffer line = { 0 };
	const char *text = " :is not here";

	(void) state;
	/* No more than needed is cut. */
	buffer_put_text(&line, ":irc 401 ana ");
	put_many(&line, "x", 490);
	buffer_put_text(&line, text);
	message_spare_text(&line);
	assert_int_equal(line.length, MESSAGE_BYTES);
	assert_string_equal(line.bytes + line.length - strlen(text), text);

	/* A line that fits is not changed. */
	message_spare_text(&line);
	assert_int_equal(line.length, MESSAGE_BYTES);

	/* The cut is not inside a character. */
	buffer_clear(&line);
	buffer_put_text(&line, ":irc 401 ana ");
	put_many(&line, "\xf0\x9f\x98\x80", 130);
	buffer_put_text(&line, text);
	message_spare_text(&line);
	assert_in_range(line.length, MESSAGE_BYTES - 3, MESSAGE_BYTES);
	assert_true(text_is_utf8(line.bytes, line.length));
	assert_string_equal(line.bytes + line.length - strlen(text), text);

	/* Several words, and the text may have " :" and long words too. */
	buffer_clear(&line);
	buffer_put_text(&line, ":irc 401 ana ");
	put_many(&line, "x", 300);
	buffer_put_text(&line, " ");
	put_many(&line, "y", 300);
	buffer_put_text(&line, " :not : here");
	message_spare_text(&line);
	assert_int_equal(line.length, 13 + 200 + 1 + 284 + 12);
	assert_string_equal(line.bytes + line.length - 12, " :not : here");
}

static void stored_names_are_not_cut_for_the_text(void **state)
{
	CLEANUP(buffer_done) struct buffer line = { 0 };

	(void) state;
	put_many(&line, "x", MESSAGE_WORD_BYTES);
	buffer_put_text(&line, " :");
	put_many(&line, "z", 400);
	message_spare_text(&line);
	assert_int_equal(line.length, MESSAGE_WORD_BYTES + 2 + 400);

	buffer_clear(&line);
	put_many(&line, "x", 600);
	message_spare_text(&line);
	assert_int_equal(line.length, 600);
}

static void assert_found(const char *line, int number, const char *expected)
{
	struct message_place place = message_find(line, strlen(line), number);
	CLEANUP(mem_freep) char *found = mem_text_n(line + place.at, place.length);

	assert_string_equal(found, expected);
}

static void parameters_are_found_where_they_stand(void **state)
{
	(void) state;
	assert_found("PASS sesame", 0, "PASS");
	assert_found("@a=b :src  PASS sesame", 0, "PASS");
	assert_found("PASS sesame", 1, "sesame");
	assert_found("@a=b  :src PASS   :ses ame ", 1, "ses ame ");
	assert_found("PASS ::x", 1, ":x");
	assert_found("OPER root sesame more", 2, "sesame");
	assert_found("OPER root :", 2, "");
	assert_found("C 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16", 15, "15 16");
}

static void with_too_few_parameters_the_last_one_is_found(void **state)
{
	(void) state;
	assert_found("OPER sesame", 2, "sesame");
	assert_found("OPER ", 2, "");
	assert_found(":src", 1, "");
	assert_found("@a", 0, "");
	assert_found("", 0, "");
}

static void what_is_found_is_what_is_parsed(void **state)
{
	static const char *const lines[] = { "PASS x y z", "@t=1;u :s.t WEBIRC a  b c   :d e",
		"A 1 2 3 4 5 6 7 8 9 10 11 12 13 14 :15 16", "OPER a:b :c" };
	struct message message;

	(void) state;
	for (size_t i = 0; i < ARRAY_LENGTH(lines); i++) {
		assert_int_equal(parse_text(lines[i], &message), MESSAGE_OK);
		assert_found(lines[i], 0, message.command);
		for (int number = 1; number <= message.n_params; number++)
			assert_found(lines[i], number, message.params[number - 1]);
	}
}

/* Lines whose first parameter is hidden, each at the end of its array. */
static void a_masked_line_is_parsed_as_before(void **state)
{
	static const struct {
		const char *line;
		size_t length;
	} rows[] = {
		{ "PASS sesame", 11 },
		{ "PASS :two words", 15 },
		{ "PASS ::colon", 12 },
		{ "PASS caf\xc3\xa9 more", 15 },
		{ "PASS caf\xe9", 9 },
		{ "PASS \xed\xa0\xbd\xed\xb8\x80", 11 },
		{ "PASS \xed\xa0\xbd", 8 },
		{ "PASS a\0b", 8 },
		{ "PASS a\rb", 8 },
		{ "PASS ab\r", 8 },
	};
	struct message before, after;

	(void) state;
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		CLEANUP(mem_freep) char *line = mem_copy(rows[i].line, rows[i].length);
		struct message_place place = message_find(line, rows[i].length, 1);
		enum message_result result = parse(line, rows[i].length, &before);
		bool was_utf8 = text_is_utf8(line, text_join_surrogates(line, rows[i].length));

		memcpy(line, rows[i].line, rows[i].length);
		message_mask(line + place.at, place.length);
		assert_memory_not_equal(line + place.at, rows[i].line + place.at, place.length);
		assert_int_equal(parse(line, rows[i].length, &after), result);
		assert_int_equal(text_is_utf8(line, rows[i].length), was_utf8);
		if (result != MESSAGE_OK)
			continue;
		assert_int_equal(after.n_params, before.n_params);
		assert_int_equal(strlen(after.params[0]), strlen(before.params[0]));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_are_taken_apart),
		cmocka_unit_test(lines_that_say_nothing_are_empty),
		cmocka_unit_test(the_fifteenth_parameter_takes_the_rest),
		cmocka_unit_test(a_thousand_parameters_are_fifteen),
		cmocka_unit_test(a_nul_or_a_cr_inside_is_refused),
		cmocka_unit_test(crs_at_the_end_are_no_part_of_it),
		cmocka_unit_test(the_limits_of_lines_and_tags_are_exact),
		cmocka_unit_test(tags_without_an_end_are_tags),
		cmocka_unit_test(parameters_are_found_where_they_stand),
		cmocka_unit_test(with_too_few_parameters_the_last_one_is_found),
		cmocka_unit_test(what_is_found_is_what_is_parsed),
		cmocka_unit_test(a_masked_line_is_parsed_as_before),
		cmocka_unit_test(what_is_finished_is_one_line),
		cmocka_unit_test(the_text_of_a_line_is_spared),
		cmocka_unit_test(stored_names_are_not_cut_for_the_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
