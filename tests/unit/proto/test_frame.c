/* Finding lines in a stream of bytes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buffer.h"
#include "base/cleanup.h"
#include "proto/frame.h"

#define REPEAT_MAX 20000

static void add_frame(struct buffer *out, const struct frame *frame)
{
	buffer_put(out, frame->bytes, frame->length);
	buffer_put_text(out, frame->is_too_long ? "!|" : "|");
}

/* Feeds the bytes in chunks of that size, as a connection would; each line found is
 * followed by "|", a line too long by "!|". */
static void feed(struct buffer *out, const char *bytes, size_t length, size_t chunk)
{
	CLEANUP(buffer_done) struct buffer waiting = { 0 };
	bool is_swallowing = false;
	struct frame frame;

	for (size_t at = 0; at < length; at += chunk) {
		buffer_put(&waiting, bytes + at, length - at < chunk ? length - at : chunk);
		while (frame_next(waiting.bytes, waiting.length, &is_swallowing, &frame)) {
			add_frame(out, &frame);
			buffer_drop(&waiting, frame.consumed);
		}
		buffer_drop(&waiting, frame.consumed);
		assert_true(waiting.length < FRAME_LINE_BYTES);
	}
}

static void assert_lines(const char *bytes, size_t length, const char *lines)
{
	static const size_t chunks[] = { 1, 2, 3, 7, 511, 512, 8192, SIZE_MAX / 2 };

	for (size_t i = 0; i < ARRAY_LENGTH(chunks); i++) {
		CLEANUP(buffer_done) struct buffer out = { 0 };

		feed(&out, bytes, length, chunks[i]);
		assert_string_equal(buffer_text(&out), lines);
	}
}

static void assert_text(const char *text, const char *lines)
{
	assert_lines(text, strlen(text), lines);
}

static void put_many(struct buffer *out, char byte, size_t count)
{
	for (size_t i = 0; i < count; i++)
		buffer_put_byte(out, byte);
}

/* before, then that many x, then after: these must give the expected number of x, marked. */
static void assert_size(const char *before, size_t count, const char *after, const char *mark)
{
	CLEANUP(buffer_done) struct buffer text = { 0 };
	CLEANUP(buffer_done) struct buffer lines = { 0 };

	buffer_put_text(&text, before);
	put_many(&text, 'x', count);
	buffer_put_text(&text, after);
	buffer_put_text(&text, "PING\r\n");
	buffer_put_text(&lines, before);
	put_many(&lines, 'x', *mark == '!' && count > 510 ? 510 : count);
	buffer_put_text(&lines, mark);
	buffer_put_text(&lines, "PING|");
	assert_lines(text.bytes, text.length, lines.bytes);
}

static void crlf_and_lf_end_lines(void **state)
{
	(void) state;
	assert_text("NICK a\r\nUSER b\nPING", "NICK a|USER b|");
}

static void a_bare_cr_ends_nothing(void **state)
{
	(void) state;
	assert_text("NICK a\rQUIT\r\nX\r\r\n", "NICK a\rQUIT|X\r|");
}

static void empty_lines_are_swallowed(void **state)
{
	(void) state;
	assert_text("\r\n\n\n\r\nA\r\n\r\n\n", "A|");
	assert_text("\n", "");
	assert_text("\r", "");
}

static void a_nul_stays_for_the_parser_to_refuse(void **state)
{
	bool is_swallowing = false;
	struct frame frame;

	(void) state;
	assert_true(frame_next("A\0B\r\nC", 6, &is_swallowing, &frame));
	assert_int_equal(frame.length, 3);
	assert_int_equal(frame.consumed, 5);
	assert_memory_equal(frame.bytes, "A\0B", 3);
}

static void a_line_may_have_510_bytes_and_its_end(void **state)
{
	(void) state;
	assert_size("", 510, "\r\n", "|");
	assert_size("", 510, "\n", "|");
	assert_size("", 509, "\r\n", "|");
}

static void a_longer_line_is_given_once_marked(void **state)
{
	(void) state;
	assert_size("", 511, "\r\n", "!|");
	assert_size("", 511, "\n", "!|");
	assert_size("", 512, "\n", "!|");
	assert_size("", REPEAT_MAX, "\r\n", "!|");
}

static void tags_have_room_of_their_own(void **state)
{
	CLEANUP(buffer_done) struct buffer tags = { 0 };

	(void) state;
	buffer_put_byte(&tags, '@');
	put_many(&tags, 't', FRAME_TAG_BYTES - 2);
	buffer_put_byte(&tags, ' ');
	assert_size(tags.bytes, 510, "\r\n", "|");
	assert_size(tags.bytes, 511, "\r\n", "!|");
	assert_size("@a=b ", 510, "\r\n", "|");
	assert_size("@a=b ", 511, "\r\n", "!|");
}

static void longer_tags_make_the_line_too_long(void **state)
{
	CLEANUP(buffer_done) struct buffer text = { 0 };
	CLEANUP(buffer_done) struct buffer lines = { 0 };

	(void) state;
	buffer_put_byte(&text, '@');
	put_many(&text, 't', FRAME_TAG_BYTES - 1);
	buffer_put(&lines, text.bytes, FRAME_TAG_BYTES - 1);
	buffer_put_text(&lines, "!|PING|");
	buffer_put_text(&text, " PRIVMSG a b\r\nPING\r\n");
	assert_lines(text.bytes, text.length, lines.bytes);
}

static void without_a_line_end_little_waits(void **state)
{
	CLEANUP(buffer_done) struct buffer text = { 0 };
	CLEANUP(buffer_done) struct buffer lines = { 0 };

	(void) state;
	put_many(&text, 'y', 1 << 17);
	put_many(&lines, 'y', 510);
	buffer_put_text(&lines, "!|");
	assert_lines(text.bytes, text.length, lines.bytes);
}

static void nothing_gives_nothing(void **state)
{
	bool is_swallowing = false;
	struct frame frame;

	(void) state;
	assert_false(frame_next(NULL, 0, &is_swallowing, &frame));
	assert_int_equal(frame.consumed, 0);
	assert_false(is_swallowing);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(crlf_and_lf_end_lines),
		cmocka_unit_test(a_bare_cr_ends_nothing),
		cmocka_unit_test(empty_lines_are_swallowed),
		cmocka_unit_test(a_nul_stays_for_the_parser_to_refuse),
		cmocka_unit_test(a_line_may_have_510_bytes_and_its_end),
		cmocka_unit_test(a_longer_line_is_given_once_marked),
		cmocka_unit_test(tags_have_room_of_their_own),
		cmocka_unit_test(longer_tags_make_the_line_too_long),
		cmocka_unit_test(without_a_line_end_little_waits),
		cmocka_unit_test(nothing_gives_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
