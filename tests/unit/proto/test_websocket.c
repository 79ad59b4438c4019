/* WebSocket frames. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "websocket_peer.h"

#define TEXT 0x81
#define BINARY 0x82
#define CLOSE 0x88
#define PING 0x89
#define PONG 0x8a
#define TEXT_BEGINS 0x01
#define BINARY_BEGINS 0x02
#define GOES_ON 0x00
#define ENDS 0x80

#define REPEAT(count, text) repeat_text((count), (text), (char[20000]){ 0 })

static const char *repeat_text(size_t count, const char *text, char *out)
{
	for (size_t i = 0; i < count; i++)
		memcpy(out + i * strlen(text), text, strlen(text));
	return out;
}

/* These bytes, in chunks of any size, give these lines. */
static void assert_reads(
	enum websocket_protocol protocol, const struct buffer *bytes, const char *lines)
{
	static const size_t chunks[] = { 1, 2, 3, 7, 131, 1 << 20 };

	for (size_t i = 0; i < ARRAY_LENGTH(chunks); i++) {
		CLEANUP(buffer_done) struct buffer out = { 0 };
		struct websocket socket = { .protocol = (uint8_t) protocol };

		peer_read(&socket, bytes, chunks[i], &out);
		assert_string_equal(buffer_text(&out), lines);
	}
}

struct part {
	int first;
	const char *payload;
};

/* These frames give these lines. */
static void assert_frames(
	enum websocket_protocol protocol, const struct part *parts, size_t n, const char *lines)
{
	CLEANUP(buffer_done) struct buffer bytes = { 0 };

	for (size_t i = 0; i < n; i++)
		peer_put_text_frame(&bytes, parts[i].first, parts[i].payload);
	assert_reads(protocol, &bytes, lines);
}

#define FRAMES(protocol, lines, ...)                                                               \
	assert_frames(WEBSOCKET_PROTOCOL_##protocol, (const struct part[]){ __VA_ARGS__ },         \
		ARRAY_LENGTH(((const struct part[]){ __VA_ARGS__ })), (lines))

/* These bytes give this line, also if the connection goes on. */
static void assert_bytes(const char *bytes, size_t length, const char *line)
{
	CLEANUP(buffer_done) struct buffer buffer = { 0 };

	buffer_put(&buffer, bytes, length);
	assert_reads(WEBSOCKET_PROTOCOL_TEXT, &buffer, line);
	peer_put_text_frame(&buffer, TEXT, "PING x");
	assert_reads(WEBSOCKET_PROTOCOL_TEXT, &buffer, line);
}

#define BYTES(bytes, line) assert_bytes((bytes), sizeof(bytes) - 1, (line))

static void the_example_of_the_specification_is_read(void **state)
{
	static const char hello[] = "\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58";
	CLEANUP(buffer_done) struct buffer buffer = { 0 };

	(void) state;
	buffer_put(&buffer, hello, sizeof(hello) - 1);
	assert_reads(WEBSOCKET_PROTOCOL_TEXT, &buffer, "message Hello\n");
}

static void a_message_may_come_in_pieces(void **state)
{
	(void) state;
	FRAMES(TEXT, "message NICK a\nmessage USER b\n", { TEXT, "NICK a" }, { TEXT, "USER b" });
	FRAMES(TEXT, "piece\npiece\nmessage NICK a\nmessage USER b\n", { TEXT_BEGINS, "NI" },
		{ GOES_ON, "CK" }, { ENDS, " a" }, { TEXT, "USER b" });
	FRAMES(BINARY,
		"piece\npiece\nmessage \xff"
		"a\npiece\nmessage b\n",
		{ BINARY_BEGINS, "" }, { GOES_ON, "\xff" }, { ENDS, "a" }, { BINARY_BEGINS, "b" },
		{ ENDS, "" });
	FRAMES(TEXT, "message \npiece\nmessage \n", { TEXT, "" }, { TEXT_BEGINS, "" },
		{ ENDS, "" });
}

static void control_frames_may_stand_inside_a_message(void **state)
{
	(void) state;
	FRAMES(TEXT, "piece\nping x\npiece\npong \npiece\nping y\nmessage NICK ab\n",
		{ TEXT_BEGINS, "NICK" }, { PING, "x" }, { GOES_ON, " " }, { PONG, "" },
		{ GOES_ON, "a" }, { PING, "y" }, { ENDS, "b" });
	FRAMES(TEXT, "piece\nclose 1001 bye\n", { TEXT_BEGINS, "NICK" },
		{ CLOSE, "\x03\xe9"
			 "bye" },
		{ ENDS, "a" });
}

static void pieces_come_in_order(void **state)
{
	static const char lonely[] = "error 1002 Continuation of no message\n";
	static const char inside[] = "piece\nerror 1002 Message inside a message\n";

	(void) state;
	FRAMES(TEXT, lonely, { ENDS, "a" });
	FRAMES(TEXT, lonely, { GOES_ON, "a" });
	FRAMES(TEXT, "message a\nerror 1002 Continuation of no message\n", { TEXT, "a" },
		{ ENDS, "a" });
	FRAMES(TEXT, inside, { TEXT_BEGINS, "" }, { TEXT, "a" });
	FRAMES(TEXT, inside, { TEXT_BEGINS, "a" }, { TEXT_BEGINS, "a" });
	FRAMES(BINARY, inside, { BINARY_BEGINS, "" }, { BINARY, "" });
	FRAMES(NONE, inside, { TEXT_BEGINS, "" }, { BINARY, "a" });
}

static void a_message_has_the_type_that_was_agreed(void **state)
{
	static const char not_text[] =
		"error 1003 Binary message after agreeing on text.ircv3.net\n";
	static const char not_binary[] =
		"error 1003 Text message after agreeing on binary.ircv3.net\n";

	(void) state;
	FRAMES(TEXT, not_text, { BINARY, "a" });
	FRAMES(TEXT, not_text, { BINARY_BEGINS, "" });
	FRAMES(BINARY, not_binary, { TEXT, "a" });
	FRAMES(BINARY, not_binary, { TEXT_BEGINS, "" });
	FRAMES(NONE, "message a\nmessage \xff\n", { TEXT, "a" }, { BINARY, "\xff" });
}

static void texts_are_utf8(void **state)
{
	static const char bad[] = "error 1007 Text is not UTF-8\n";
	static const char bad_piece[] = "piece\nerror 1007 Text is not UTF-8\n";

	(void) state;
	FRAMES(TEXT, "message \xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80\n",
		{ TEXT, "\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80" });
	FRAMES(TEXT, bad,
		{ TEXT, "a\xff"
			"b" });
	FRAMES(TEXT, bad, { TEXT, "\xc3" });
	FRAMES(TEXT, bad, { TEXT, "\xed\xa0\x80" });
	FRAMES(TEXT, bad, { TEXT, "\xc0\x80" });
	FRAMES(TEXT, bad, { TEXT, "\xf4\x90\x80\x80" });
	FRAMES(TEXT, bad, { TEXT, "\x80\x80\x80\x80" });
	FRAMES(TEXT, bad,
		{ TEXT_BEGINS, "\xff"
			       "a" });
	FRAMES(NONE, bad, { TEXT, "\xff" });
	FRAMES(TEXT, bad_piece, { TEXT_BEGINS, "a" }, { ENDS, "\x80" });
	FRAMES(TEXT, bad_piece, { TEXT_BEGINS, "a" }, { ENDS, "b\xc3" });
	FRAMES(BINARY, "message \xff\n", { BINARY, "\xff" });
}

static void a_character_may_be_divided_between_pieces(void **state)
{
	static const char bad[] = "piece\nerror 1007 Text is not UTF-8\n";

	(void) state;
	FRAMES(TEXT, "piece\nmessage \xc3\xa4\n", { TEXT_BEGINS, "\xc3" }, { ENDS, "\xa4" });
	FRAMES(TEXT,
		"piece\nmessage a\xe2\x82\xac"
		"b\n",
		{ TEXT_BEGINS, "a\xe2" },
		{ ENDS, "\x82\xac"
			"b" });
	FRAMES(TEXT, "piece\npiece\npiece\npiece\nmessage \xf0\x9f\x98\x80\xf0\x9f\x98\x80\n",
		{ TEXT_BEGINS, "\xf0" }, { GOES_ON, "\x9f" }, { GOES_ON, "" },
		{ GOES_ON, "\x98\x80\xf0\x9f\x98" }, { ENDS, "\x80" });
	FRAMES(TEXT, bad, { TEXT_BEGINS, "\xc3" }, { ENDS, "a" });
	FRAMES(TEXT, bad, { TEXT_BEGINS, "\xc3" }, { ENDS, "" });
	FRAMES(TEXT, bad, { TEXT_BEGINS, "\xed" }, { ENDS, "\xa0\x80" });
	FRAMES(TEXT, bad, { TEXT_BEGINS, "\xff" }, { ENDS, "\x80\x80\x80" });
	FRAMES(TEXT, bad, { TEXT_BEGINS, "\xf0\x9f" }, { ENDS, "\x98" });
	FRAMES(TEXT, bad, { TEXT_BEGINS, "\xe2\x82" }, { GOES_ON, "a" }, { ENDS, "\xac" });
}

/* A message after another one starts afresh. */
static void nothing_of_a_message_reaches_the_next(void **state)
{
	(void) state;
	FRAMES(NONE, "piece\nmessage \xff\xc3\nmessage \xc3\xa4\npiece\nmessage ab\n",
		{ BINARY_BEGINS, "\xff" }, { ENDS, "\xc3" }, { TEXT, "\xc3\xa4" },
		{ TEXT_BEGINS, "a" }, { ENDS, "b" });
}

static void frames_are_masked(void **state)
{
	(void) state;
	BYTES("\x81\x05Hello", "error 1002 Frame without a mask\n");
	BYTES("\x89\x00", "error 1002 Frame without a mask\n");
	BYTES("\x81\x7f", "error 1002 Frame without a mask\n");
}

static void unknown_bits_and_opcodes_are_refused(void **state)
{
	static const char reserved[] = "error 1002 Reserved bit in a frame\n";
	static const char unknown[] = "error 1002 Unknown opcode\n";

	(void) state;
	BYTES("\xc1", reserved);
	BYTES("\xa1", reserved);
	BYTES("\x91", reserved);
	BYTES("NICK a\r\n", reserved);
	BYTES("\x83", unknown);
	BYTES("\x87", unknown);
	BYTES("\x8b", unknown);
	BYTES("\x8f", unknown);
	BYTES("\x03", unknown);
}

static void control_frames_are_short_and_whole(void **state)
{
	static const char long_one[] = "error 1002 Control frame with over 125 bytes\n";
	static const char divided[] = "error 1002 Fragmented control frame\n";
	char lines[200] = "ping ";

	(void) state;
	FRAMES(TEXT, strcat(strcat(lines, REPEAT(125, "x")), "\n"), { PING, REPEAT(125, "x") });
	FRAMES(TEXT, long_one, { PING, REPEAT(126, "x") });
	FRAMES(TEXT, long_one, { PONG, REPEAT(200, "x") });
	BYTES("\x88\xff", long_one);
	BYTES("\x09", divided);
	BYTES("\x0a", divided);
	BYTES("\x08", divided);
}

static void lengths_have_their_shortest_form(void **state)
{
	static const char too_many[] = "error 1002 Length in more bytes than needed\n";
	static const char too_big[] = "error 1009 Message is too long\n";

	(void) state;
	BYTES("\x81\xfe\0\x7d", too_many);
	BYTES("\x81\xfe\0\0", too_many);
	BYTES("\x81\xff\0\0\0\0\0\0\0\x7d", too_many);
	BYTES("\x81\xff\0\0\0\0\0\0\xff\xff", too_many);
	BYTES("\x81\xff\0\0\0\0\0\1\0\0", too_big);
	BYTES("\x81\xff\x7f\xff\xff\xff\xff\xff\xff\xff", too_big);
	BYTES("\x81\xff\x80\0\0\0\0\0\0\0", "error 1002 Length with its highest bit set\n");
	BYTES("\x81\xff\xff\xff\xff\xff\xff\xff\xff\xff",
		"error 1002 Length with its highest bit set\n");
}

static void assert_message_of(size_t first, size_t last, bool is_read)
{
	CLEANUP(buffer_done) struct buffer bytes = { 0 };
	CLEANUP(buffer_done) struct buffer lines = { 0 };

	peer_put_text_frame(&bytes, TEXT_BEGINS, REPEAT(first, "x"));
	peer_put_text_frame(&bytes, PONG, REPEAT(125, "y"));
	peer_put_text_frame(&bytes, ENDS, REPEAT(last, "x"));
	buffer_format(&lines, "piece\npong %s\n", REPEAT(125, "y"));
	if (is_read)
		buffer_format(&lines, "message %s\n", REPEAT(first + last, "x"));
	else
		buffer_put_text(&lines, "error 1009 Message is too long\n");
	assert_reads(WEBSOCKET_PROTOCOL_TEXT, &bytes, lines.bytes);
}

static void a_message_has_a_limit_whatever_its_pieces(void **state)
{
	char lines[20000] = "message ";

	(void) state;
	strcat(strcat(lines, REPEAT(WEBSOCKET_MESSAGE_BYTES, "x")), "\n");
	FRAMES(TEXT, lines, { TEXT, REPEAT(WEBSOCKET_MESSAGE_BYTES, "x") });
	BYTES("\x81\xfe\x3f\x7e", "error 1009 Message is too long\n");
	assert_message_of(WEBSOCKET_MESSAGE_BYTES, 0, true);
	assert_message_of(0, WEBSOCKET_MESSAGE_BYTES, true);
	assert_message_of(9000, WEBSOCKET_MESSAGE_BYTES - 9000, true);
	assert_message_of(WEBSOCKET_MESSAGE_BYTES, 1, false);
	assert_message_of(9000, WEBSOCKET_MESSAGE_BYTES - 8999, false);
}

/* A close code and what becomes of it. */
static void assert_close(uint16_t code, bool is_valid)
{
	char payload[] = { (char) (code >> 8), (char) code, 'b', 'y', 'e' }, lines[100];
	CLEANUP(buffer_done) struct buffer bytes = { 0 };

	peer_put_frame(&bytes, CLOSE, payload, sizeof(payload));
	snprintf(lines, sizeof(lines), "close %d bye\n", code);
	assert_reads(WEBSOCKET_PROTOCOL_TEXT, &bytes,
		is_valid ? lines : "error 1002 Invalid code in a Close frame\n");
}

static void close_codes_are_checked(void **state)
{
	static const uint16_t valid[] = { 1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011,
		1012, 1013, 1014, 3000, 3999, 4000, 4999 };
	static const uint16_t invalid[] = { 0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000,
		2999, 5000, 65535 };

	(void) state;
	for (size_t i = 0; i < ARRAY_LENGTH(valid); i++)
		assert_close(valid[i], true);
	for (size_t i = 0; i < ARRAY_LENGTH(invalid); i++)
		assert_close(invalid[i], false);
	FRAMES(TEXT, "close 1005 \n", { CLOSE, "" });
	FRAMES(TEXT, "close 1000 \n", { CLOSE, "\x03\xe8" });
	FRAMES(TEXT, "error 1002 Half a code in a Close frame\n", { CLOSE, "\x03" });
	FRAMES(BINARY, "error 1007 Text is not UTF-8\n", { CLOSE, "\x03\xe8\xff" });
}

static void nothing_follows_a_close(void **state)
{
	(void) state;
	FRAMES(TEXT, "message a\nclose 1000 \n", { TEXT, "a" }, { CLOSE, "\x03\xe8" },
		{ TEXT, "QUIT" }, { PING, "x" }, { CLOSE, "\x03\xe8" });
}

/* The message gives this line. */
static void assert_line(const char *message, const char *line)
{
	struct websocket_item item = {
		.event = WEBSOCKET_EVENT_MESSAGE,
		.bytes = message,
		.length = strlen(message),
	};
	char found[WEBSOCKET_LINE_BYTES];

	assert_int_equal(websocket_write_line(&item, found), strlen(line));
	assert_memory_equal(found, line, strlen(line));
}

static void a_message_is_one_line(void **state)
{
	char line[WEBSOCKET_LINE_BYTES + 1] = "";

	(void) state;
	assert_line("NICK a", "NICK a\r\n");
	assert_line("", "\r\n");
	assert_line("NICK a\r\n", "NICK a\r\n");
	assert_line("NICK a\n\n", "NICK a\r\n");
	assert_line("\r\n", "\r\n");
	assert_line("NICK a\r\nQUIT", "NICK a\r\rQUIT\r\n");
	assert_line("\n\nNICK a\n", "\r\rNICK a\r\n");
	strcat(strcat(line, REPEAT(WEBSOCKET_MESSAGE_BYTES, "x")), "\r\n");
	assert_line(REPEAT(WEBSOCKET_MESSAGE_BYTES, "x"), line);
}

/* Bytes that nobody reads any more must not pile up. */
static void what_follows_an_error_is_discarded(void **state)
{
	struct websocket socket = { 0 };
	char bytes[] = "anything";
	struct websocket_input input = { bytes, 0, sizeof(bytes) };
	struct websocket_item item;

	(void) state;
	assert_true(websocket_next(&socket, &input, &item));
	assert_int_equal(item.event, WEBSOCKET_EVENT_ERROR);
	assert_int_equal(input.at, input.length);
	input.at = 0;
	assert_false(websocket_next(&socket, &input, &item));
	assert_int_equal(input.at, input.length);
}

static void a_partial_frame_is_left_alone(void **state)
{
	CLEANUP(buffer_done) struct buffer bytes = { 0 }, copy = { 0 };
	struct websocket socket = { 0 }, before = socket;
	struct websocket_item item;

	(void) state;
	peer_put_text_frame(&bytes, TEXT, REPEAT(200, "PING "));
	for (size_t length = 0; length < bytes.length; length++) {
		struct websocket_input input = { bytes.bytes, 0, length };

		buffer_clear(&copy);
		buffer_put(&copy, bytes.bytes, bytes.length);
		assert_false(websocket_next(&socket, &input, &item));
		assert_int_equal(input.at, 0);
		assert_memory_equal(bytes.bytes, copy.bytes, bytes.length);
		assert_memory_equal(&socket, &before, sizeof(socket));
	}
}

static void impossible_states_are_recognised(void **state)
{
	static const struct {
		struct websocket socket;
		bool is_valid;
	} rows[] = {
		{ { 0 }, true },
		{ { .protocol = 2, .opcode = 2, .message_bytes = 5 }, true },
		{ { .opcode = 1, .message_bytes = 6 }, false },
		{ { .protocol = 3 }, false },
		{ { .opcode = 8 }, false },
		{ { .message_bytes = 1 }, false },
		{ { .n_tail = 1, .tail = "\xc3" }, false },
		{ { .opcode = 1, .n_tail = 1, .tail = "\xc3" }, true },
		{ { .opcode = 2, .n_tail = 1, .tail = "\xc3" }, false },
		{ { .opcode = 1, .n_tail = 2, .tail = "\xc3" }, false },
		{ { .opcode = 1, .n_tail = 1, .tail = "a" }, false },
		{ { .opcode = 1, .n_tail = 3, .tail = "\xf0\x9f\x98" }, true },
		{ { .opcode = 1, .n_tail = 4, .tail = "\xf0\x9f\x98" }, false },
	};
	struct websocket large = { .opcode = 1, .message_bytes = WEBSOCKET_MESSAGE_BYTES + 1 };

	(void) state;
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++)
		assert_int_equal(websocket_is_valid(&rows[i].socket, 5), rows[i].is_valid);
	assert_false(websocket_is_valid(&large, SIZE_MAX));
}

static void assert_header(enum websocket_protocol protocol, size_t length, const char *expected)
{
	struct websocket socket = { .protocol = (uint8_t) protocol };
	char header[WEBSOCKET_SERVER_HEADER_BYTES];
	size_t header_bytes = websocket_write_header(&socket, length, header);

	assert_int_equal(header_bytes, length < 126 ? 2 : 4);
	assert_memory_equal(header, expected, header_bytes);
}

static void a_server_writes_short_headers_without_a_mask(void **state)
{
	(void) state;
	assert_header(WEBSOCKET_PROTOCOL_TEXT, 0, "\x81\x00");
	assert_header(WEBSOCKET_PROTOCOL_NONE, 5, "\x81\x05");
	assert_header(WEBSOCKET_PROTOCOL_BINARY, 125, "\x82\x7d");
	assert_header(WEBSOCKET_PROTOCOL_TEXT, 126, "\x81\x7e\x00\x7e");
	assert_header(WEBSOCKET_PROTOCOL_BINARY, 510, "\x82\x7e\x01\xfe");
	assert_header(WEBSOCKET_PROTOCOL_BINARY, 65535, "\x82\x7e\xff\xff");
}

static void a_pong_repeats_its_ping(void **state)
{
	const char *payload = REPEAT(125, "\xff");
	struct websocket_item ping = { .event = WEBSOCKET_EVENT_PING, .bytes = payload };
	char frame[WEBSOCKET_CONTROL_BYTES];

	(void) state;
	assert_int_equal(websocket_write_pong(&ping, frame), 2);
	assert_memory_equal(frame, "\x8a\x00", 2);
	ping.length = 125;
	assert_int_equal(websocket_write_pong(&ping, frame), 127);
	assert_memory_equal(frame, "\x8a\x7d", 2);
	assert_memory_equal(frame + 2, payload, 125);
}

static void a_close_frame_is_sent_once(void **state)
{
	struct websocket socket = { 0 };
	char frame[WEBSOCKET_CONTROL_BYTES];

	(void) state;
	assert_int_equal(websocket_write_close(&socket, WEBSOCKET_CODE_NORMAL, "bye", frame), 7);
	assert_memory_equal(frame,
		"\x88\x05\x03\xe8"
		"bye",
		7);
	assert_int_equal(websocket_write_close(&socket, WEBSOCKET_CODE_NORMAL, "", frame), 0);
	socket.has_sent_close = false;
	assert_int_equal(websocket_write_close(&socket, WEBSOCKET_CODE_NONE, "x", frame), 2);
	assert_memory_equal(frame, "\x88\x00", 2);
	socket.has_sent_close = false;
	assert_int_equal(websocket_write_close(&socket, 4999, "", frame), 4);
	assert_memory_equal(frame, "\x88\x02\x13\x87", 4);
}

static void a_long_reason_is_cut_between_characters(void **state)
{
	struct websocket socket = { 0 };
	char frame[WEBSOCKET_CONTROL_BYTES];

	(void) state;
	assert_int_equal(websocket_write_close(
				 &socket, WEBSOCKET_CODE_NORMAL, REPEAT(100, "\xc3\xa4"), frame),
		4 + 122);
	assert_memory_equal(frame, "\x88\x7c\x03\xe8\xc3\xa4", 6);
	assert_true(text_is_utf8(frame + 4, 122));
	socket.has_sent_close = false;
	assert_int_equal(
		websocket_write_close(&socket, WEBSOCKET_CODE_NORMAL, REPEAT(124, "x"), frame),
		WEBSOCKET_CONTROL_BYTES);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_example_of_the_specification_is_read),
		cmocka_unit_test(a_message_may_come_in_pieces),
		cmocka_unit_test(control_frames_may_stand_inside_a_message),
		cmocka_unit_test(pieces_come_in_order),
		cmocka_unit_test(a_message_has_the_type_that_was_agreed),
		cmocka_unit_test(texts_are_utf8),
		cmocka_unit_test(a_character_may_be_divided_between_pieces),
		cmocka_unit_test(nothing_of_a_message_reaches_the_next),
		cmocka_unit_test(frames_are_masked),
		cmocka_unit_test(unknown_bits_and_opcodes_are_refused),
		cmocka_unit_test(control_frames_are_short_and_whole),
		cmocka_unit_test(lengths_have_their_shortest_form),
		cmocka_unit_test(a_message_has_a_limit_whatever_its_pieces),
		cmocka_unit_test(close_codes_are_checked),
		cmocka_unit_test(nothing_follows_a_close),
		cmocka_unit_test(a_message_is_one_line),
		cmocka_unit_test(what_follows_an_error_is_discarded),
		cmocka_unit_test(a_partial_frame_is_left_alone),
		cmocka_unit_test(impossible_states_are_recognised),
		cmocka_unit_test(a_server_writes_short_headers_without_a_mask),
		cmocka_unit_test(a_pong_repeats_its_ping),
		cmocka_unit_test(a_close_frame_is_sent_once),
		cmocka_unit_test(a_long_reason_is_cut_between_characters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
