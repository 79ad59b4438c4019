/* Effects, their order and their description. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "world/outbox.h"

static void effects_are_described_in_their_order(void **state)
{
	struct line *line = line_new("PING :x\r\n", 9);
	const struct address address = { 0 };
	struct outbox outbox = { 0 };
	struct buffer text = { 0 };

	(void) state;
	outbox_send(&outbox, 7, line);
	outbox_add(&outbox, EFFECT_CLOSE, 7);
	outbox_add(&outbox, EFFECT_PAUSE, 8);
	outbox_add(&outbox, EFFECT_RESUME, 8);
	outbox_add(&outbox, EFFECT_NOTIFY, 8);
	outbox_limits(&outbox, 9, (struct limits){ 100, 200 });
	outbox_verify(&outbox, 9, 5, "hash", "secret");
	outbox_lookup(&outbox, 9, 6, &address);
	outbox_add(&outbox, EFFECT_RELOAD, 0);
	outbox_log(&outbox, LOGBOOK_KILL, "NICK", "ana", "REASON", NULL, "TARGET", "bea");
	outbox_describe(&outbox, &text);
	assert_string_equal(buffer_text(&text),
		"send 7 PING :x\nclose 7\npause 8\nresume 8\nnotify 8\nlimits 9 100 200\n"
		"verify 9 5\nlookup 9 6\nreload 0\nlog kill NICK=ana TARGET=bea\n");
	assert_null(strstr(buffer_text(&text), "secret"));
	buffer_done(&text);
	outbox_done(&outbox);
	line_unref(line);
}

static void a_line_is_held_until_the_outbox_is_cleared(void **state)
{
	struct line *line = line_new("x\r\n", 3);
	struct outbox outbox = { 0 };

	(void) state;
	for (uint64_t i = 1; i <= 1000; i++)
		outbox_send(&outbox, i, line);
	assert_int_equal(line->refs, 1001);
	assert_int_equal(outbox.count, 1000);
	assert_int_equal(outbox.effects[999].session, 1000);
	outbox_clear(&outbox);
	assert_int_equal(line->refs, 1);
	assert_int_equal(outbox.count, 0);
	outbox_done(&outbox);
	line_unref(line);
}

static void lines_can_be_put_between_and_exchanged(void **state)
{
	struct line *a = line_new("a", 1), *b = line_new("b", 1), *c = line_new("c", 1);
	struct outbox outbox = { 0 };

	(void) state;
	outbox_insert_line(&outbox, 0, 1, b);
	outbox_insert_line(&outbox, 0, 2, a);
	outbox_insert_line(&outbox, 2, 3, b);
	outbox_insert_line(&outbox, 1, 4, c);
	outbox_replace_line(&outbox, 3, a);
	assert_int_equal(outbox.count, 4);
	assert_ptr_equal(outbox.effects[0].line, a);
	assert_int_equal(outbox.effects[0].session, 2);
	assert_ptr_equal(outbox.effects[1].line, c);
	assert_int_equal(outbox.effects[1].session, 4);
	assert_ptr_equal(outbox.effects[2].line, b);
	assert_int_equal(outbox.effects[2].session, 1);
	assert_ptr_equal(outbox.effects[3].line, a);
	assert_int_equal(outbox.effects[3].session, 3);
	assert_int_equal(a->refs, 3);
	assert_int_equal(b->refs, 2);
	outbox_done(&outbox);
	line_unref(a);
	line_unref(b);
	line_unref(c);
}

static void what_a_request_says_is_a_copy(void **state)
{
	char hash[] = "hash", password[] = "secret";
	struct outbox outbox = { 0 };

	(void) state;
	outbox_verify(&outbox, 1, 2, hash, password);
	hash[0] = password[0] = 'X';
	assert_string_equal(outbox.effects[0].request->hash, "hash");
	assert_string_equal(outbox.effects[0].request->password, "secret");
	assert_int_equal(outbox.effects[0].request->id, 2);
	outbox_done(&outbox);
}

static uint64_t fingerprint_of(uint64_t session, const char *text, size_t length)
{
	struct line *line = line_new(text, length);
	struct outbox outbox = { 0 };
	uint64_t fingerprint;

	outbox_send(&outbox, session, line);
	outbox_send(&outbox, session + 1, line);
	fingerprint = outbox_fingerprint(&outbox);
	outbox_done(&outbox);
	line_unref(line);
	return fingerprint;
}

static void fingerprints_tell_outboxes_apart(void **state)
{
	uint64_t one = fingerprint_of(1, "PING :irc.test\r\n", 16);
	struct outbox empty = { 0 }, closing = { 0 };

	(void) state;
	assert_true(one == fingerprint_of(1, "PING :irc.test\r\n", 16));
	assert_true(one != fingerprint_of(2, "PING :irc.test\r\n", 16));
	assert_true(one != fingerprint_of(1, "PING :irc.tess\r\n", 16));
	assert_true(one != fingerprint_of(1, "PING :irc.test \r\n", 17));
	outbox_add(&closing, EFFECT_CLOSE, 0);
	assert_true(outbox_fingerprint(&empty) != outbox_fingerprint(&closing));
	outbox_done(&closing);
}

/* The row lists session and line alternately, or a kind instead of a line. */
static uint64_t fingerprint_of_row(const char *row, struct line *const *lines)
{
	struct outbox outbox = { 0 };
	uint64_t fingerprint;

	for (; *row; row += 2) {
		if (row[1] == 'c')
			outbox_add(&outbox, EFFECT_CLOSE, (uint64_t) *row);
		else if (row[1] == 'p')
			outbox_add(&outbox, EFFECT_PAUSE, (uint64_t) *row);
		else
			outbox_send(&outbox, (uint64_t) *row, lines[row[1] - '0']);
	}
	fingerprint = outbox_fingerprint(&outbox);
	outbox_done(&outbox);
	return fingerprint;
}

static void fingerprints_tell_orders_apart(void **state)
{
	static const char *const rows[] = { "a0b0c1", "a0c1b0", "a0b1c1", "a0b1c0", "a1b0c0",
		"b0a0c1", "a0b0cc", "a0b0cp", "a0bcc0", "acb0c0", "a0b0c0", "a0b0", "a0", "ac",
		"ap" };
	struct line *lines[] = { line_new("0\r\n", 3), line_new("1\r\n", 3) };

	(void) state;
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++)
		for (size_t j = 0; j < ARRAY_LENGTH(rows); j++)
			assert_true((i == j) == (fingerprint_of_row(rows[i], lines) ==
							fingerprint_of_row(rows[j], lines)));
	line_unref(lines[0]);
	line_unref(lines[1]);
}

static void logging_may_have_no_fields(void **state)
{
	struct outbox outbox = { 0 };

	(void) state;
	outbox_log(&outbox, LOGBOOK_STARTED);
	outbox_log(&outbox, LOGBOOK_STARTED, "REASON", NULL);
	assert_null(outbox.effects[0].log->fields[0]);
	assert_null(outbox.effects[1].log->fields[0]);
	outbox_done(&outbox);
}

static void a_part_of_an_answer_names_the_next_request(void **state)
{
	struct outbox outbox = { 0 };
	uint64_t next = 0;

	(void) state;
	outbox_acted_part(&outbox, 3, UINT64_MAX, "{\"a\": 1}");
	assert_int_equal(outbox.effects[0].session, 3);
	assert_string_equal(outbox_read_part(outbox.effects[0].text, &next), "{\"a\": 1}");
	assert_true(next == UINT64_MAX);
	assert_null(outbox_read_part("*{\"a\": 1}", &next));
	assert_null(outbox_read_part("+4 files", &next));
	assert_null(outbox_read_part("&4", &next));
	assert_null(outbox_read_part("& {}", &next));
	outbox_done(&outbox);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(effects_are_described_in_their_order),
		cmocka_unit_test(a_line_is_held_until_the_outbox_is_cleared),
		cmocka_unit_test(lines_can_be_put_between_and_exchanged),
		cmocka_unit_test(what_a_request_says_is_a_copy),
		cmocka_unit_test(fingerprints_tell_outboxes_apart),
		cmocka_unit_test(fingerprints_tell_orders_apart),
		cmocka_unit_test(logging_may_have_no_fields),
		cmocka_unit_test(a_part_of_an_answer_names_the_next_request),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
