/* The lines between papod and papod-mail, and the mails that they become: papod-mail(8). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "proto/mail_lines.h"
#include "proto/mail_template.h"

static struct mail_message message_of(const char *subject, const char *text)
{
	return (struct mail_message){
		.to = mem_text("ana@example.org"),
		.from = mem_text("irc@example.org"),
		.subject = mem_text(subject),
		.text = mem_text(text),
	};
}

static void a_message_is_read_as_it_was_written(void **state)
{
	CLEANUP(mail_message_done)
	struct mail_message message =
		message_of("a \"quoted\" \\ subject zo\xc3\xab", "A line.\n\t\"Another\" \\.\n.\n");
	CLEANUP(mail_message_done) struct mail_message again = { 0 };
	CLEANUP(buffer_done) struct buffer out = { .is_secret = true };
	char reason[MAIL_REASON_BYTES];

	(void) state;
	assert_true(mail_format_message(&message, reason, &out));
	assert_ptr_equal(memchr(out.bytes, '\n', out.length), out.bytes + out.length - 1);
	assert_true(mail_parse_message(out.bytes, out.length - 1, reason, &again));
	assert_string_equal(again.to, message.to);
	assert_string_equal(again.from, message.from);
	assert_string_equal(again.subject, message.subject);
	assert_string_equal(again.text, message.text);
}

static void assert_refused(const char *line, const char *expected)
{
	CLEANUP(mail_message_done) struct mail_message message = { 0 };
	char reason[MAIL_REASON_BYTES];

	assert_false(mail_parse_message(line, strlen(line), reason, &message));
	assert_non_null(strstr(reason, expected));
}

#define TO "\"to\":\"ana@example.org\""
#define SUBJECT "\"subject\":\"s\""
#define TEXT "\"text\":\"t\\n\""

static void nothing_adds_a_header_or_a_recipient(void **state)
{
	(void) state;
	assert_refused("{" SUBJECT "," TEXT "}", "\"to\" ");
	assert_refused("{\"to\":\"a@b.c, d@e.f\"," SUBJECT "," TEXT "}", "\"to\" ");
	assert_refused("{\"to\":\"a@b.c\\nBcc: d@e.f\"," SUBJECT "," TEXT "}", "\"to\" ");
	assert_refused("{\"to\":\"-oQ/tmp@b.c\"," SUBJECT "," TEXT "}", "\"to\" ");
	assert_refused("{\"to\":7," SUBJECT "," TEXT "}", "\"to\" is no string");
	assert_refused("{" TO ",\"from\":\"a@b.c\\r\\nX: y\"," SUBJECT "," TEXT "}", "\"from\" ");
	assert_refused("{" TO ",\"subject\":\"s\\nBcc: d@e.f\"," TEXT "}", "\"subject\" ");
	assert_refused("{" TO ",\"subject\":\"s\\rBcc: d@e.f\"," TEXT "}", "\"subject\" ");
	assert_refused("{" TO ",\"subject\":\"\"," TEXT "}", "\"subject\" ");
	assert_refused("{" TO "," SUBJECT "}", "\"text\" ");
	assert_refused("{" TO "," SUBJECT ",\"text\":\"no end\"}", "\"text\" ");
	assert_refused("{" TO "," SUBJECT ",\"text\":\"a\\r\\n\"}", "\"text\" ");
	assert_refused("[]", "no JSON object");
	assert_refused("", "JSON");
}

static void the_longest_texts_are_taken(void **state)
{
	CLEANUP(buffer_done) struct buffer subject = { 0 }, text = { 0 };
	CLEANUP(buffer_done) struct buffer out = { .is_secret = true };
	char reason[MAIL_REASON_BYTES];

	(void) state;
	while (subject.length < MAIL_SUBJECT_BYTES)
		buffer_put_byte(&subject, 's');
	while (text.length < MAIL_TEXT_LINE_BYTES)
		buffer_put_byte(&text, 't');
	buffer_put_byte(&text, '\n');
	while (text.length < MAIL_TEXT_BYTES)
		buffer_put_byte(&text, '\n');
	for (int i = 0; i < 4; i++) {
		CLEANUP(mail_message_done) struct mail_message message;

		if (i == 1)
			buffer_put_byte(&subject, 's');
		if (i == 2)
			buffer_put_byte(&text, '\n');
		if (i == 3)
			text.bytes[MAIL_TEXT_LINE_BYTES] = 't';
		message = message_of(buffer_text(&subject), buffer_text(&text));
		assert_int_equal(mail_format_message(&message, reason, &out), i == 0);
		buffer_cut(&subject, MAIL_SUBJECT_BYTES);
		buffer_cut(&text, MAIL_TEXT_BYTES);
		subject.bytes[subject.length] = text.bytes[text.length] = '\0';
	}
}

static void a_mail_has_its_headers(void **state)
{
	CLEANUP(mail_message_done) struct mail_message message = message_of("Hello", "A line.\n");
	CLEANUP(buffer_done) struct buffer out = { 0 };

	(void) state;
	mail_write(&message, &out);
	assert_string_equal(buffer_text(&out), "From: irc@example.org\n"
					       "To: ana@example.org\n"
					       "Subject: Hello\n"
					       "MIME-Version: 1.0\n"
					       "Content-Type: text/plain; charset=utf-8\n"
					       "Content-Transfer-Encoding: 8bit\n"
					       "Auto-Submitted: auto-generated\n"
					       "\n"
					       "A line.\n");
}

static void a_subject_is_encoded_where_it_must_be(void **state)
{
	CLEANUP(mail_message_done)
	struct mail_message message = message_of(
		"zo\xc3\xab 0123456789 0123456789 0123456789 000000\xc3\xab more", "t\n");
	CLEANUP(buffer_done) struct buffer out = { 0 };

	(void) state;
	mail_write(&message, &out);
	assert_non_null(strstr(buffer_text(&out),
		"Subject: "
		"=?UTF-8?B?em/DqyAwMTIzNDU2Nzg5IDAxMjM0NTY3ODkgMDEyMzQ1Njc4OSAwMDAwMDA=?=\n"
		" =?UTF-8?B?w6sgbW9yZQ==?=\n"));
}

static void an_answer_is_read_as_it_was_written(void **state)
{
	static const enum mail_result results[] = { MAIL_RESULT_SENT, MAIL_RESULT_REFUSED,
		MAIL_RESULT_FAILED };
	char reason[MAIL_REASON_BYTES];

	(void) state;
	for (size_t i = 0; i < ARRAY_LENGTH(results); i++) {
		CLEANUP(buffer_done) struct buffer out = { 0 };
		CLEANUP(mail_answer_done) struct mail_answer answer = { 0 };

		mail_format_answer(results[i], i ? "why \"\xff\"" : NULL, &out);
		assert_true(mail_parse_answer(out.bytes, out.length - 1, reason, &answer));
		assert_int_equal(answer.result, results[i]);
		if (i)
			assert_string_equal(answer.reason, "why \"?\"");
		else
			assert_null(answer.reason);
	}
	assert_false(mail_parse_answer("{\"result\":\"yes\"}", 16, reason, NULL));
	assert_false(mail_parse_answer("{}", 2, reason, NULL));
}

static void a_template_is_filled_in(void **state)
{
	static const char *const words[MAIL_WORD_COUNT] = { "ana", "code", "irc.test", "Test",
		"an hour" };
	CLEANUP(mail_message_done) struct mail_message message = { 0 };

	(void) state;
	assert_null(mail_template_use("Subject: {network}\r\n\r\n{account} {code} {server} {time}\n"
				      "{x} {\n{account",
		words, &message));
	assert_string_equal(message.subject, "Test");
	assert_string_equal(message.text, "ana code irc.test an hour\n{x} {\n{account\n");
}

static void broken_templates_are_named(void **state)
{
	static const struct {
		const char *template, *problem;
	} rows[] = {
		{ "", "empty" },
		{ "Hello", "the first line" },
		{ "Subject: a", "the second line" },
		{ "Subject: a\nb {code}\n", "the second line" },
		{ "Subject: a\n\n", "no text" },
		{ "Subject: a\n\ntext\n", "no {code}" },
		{ "Subject: \n\n{code}\n", "control" },
		{ "Subject: \xff\n\n{code}\n", "UTF-8" },
		{ "Subject: a\n\n{code}\x01\n", "control" },
	};

	(void) state;
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		const char *problem = mail_template_check(rows[i].template);

		assert_non_null(problem);
		assert_non_null(strstr(problem, rows[i].problem));
	}
	assert_null(mail_template_check("Subject: a\n\n{code}"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_message_is_read_as_it_was_written),
		cmocka_unit_test(nothing_adds_a_header_or_a_recipient),
		cmocka_unit_test(the_longest_texts_are_taken),
		cmocka_unit_test(a_mail_has_its_headers),
		cmocka_unit_test(a_subject_is_encoded_where_it_must_be),
		cmocka_unit_test(an_answer_is_read_as_it_was_written),
		cmocka_unit_test(a_template_is_filled_in),
		cmocka_unit_test(broken_templates_are_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
