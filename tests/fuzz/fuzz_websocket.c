/* Any bytes as the frames of a client, in chunks of any size, give the same items: the first byte
 * selects the subprotocol, the second the chunks. The same bytes, divided into frames by a correct
 * client, are one message, and no more than one line. */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "../unit/proto/websocket_peer.h"
#include "base/cleanup.h"
#include "proto/frame.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_reading(
	enum websocket_protocol protocol, const struct buffer *bytes, size_t chunk)
{
	CLEANUP(buffer_done) struct buffer whole = { 0 };
	CLEANUP(buffer_done) struct buffer pieces = { 0 };
	struct websocket socket = { .protocol = (uint8_t) protocol }, again = socket;

	peer_read(&socket, bytes, bytes->length + 1, &whole);
	peer_read(&again, bytes, chunk, &pieces);
	assert(memcmp(&socket, &again, sizeof(socket)) == 0);
	assert(whole.length == pieces.length);
	assert(!whole.length || memcmp(whole.bytes, pieces.bytes, whole.length) == 0);
}

/* The bytes as one message, in frames of that size, each followed by a ping. */
static void check_message(const struct buffer *message, size_t piece)
{
	CLEANUP(buffer_done) struct buffer bytes = { 0 }, out = { 0 }, expected = { 0 };
	struct websocket socket = { .protocol = WEBSOCKET_PROTOCOL_BINARY };
	int first = 0x02;
	size_t last;

	for (size_t at = 0; at + piece < message->length; at += piece, first = 0) {
		peer_put_frame(&bytes, first, message->bytes + at, piece);
		peer_put_text_frame(&bytes, 0x89, "x");
		buffer_put_text(&expected, "piece\nping x\n");
	}
	last = (message->length - 1) / piece * piece;
	peer_put_frame(&bytes, first | 0x80, message->bytes + last, message->length - last);
	buffer_put_text(&expected, "message ");
	buffer_put(&expected, message->bytes, message->length);
	buffer_put_byte(&expected, '\n');
	peer_read(&socket, &bytes, piece, &out);
	assert(out.length == expected.length);
	assert(memcmp(out.bytes, expected.bytes, out.length) == 0);
}

/* A message with line ends inside is one line. */
static void check_line(const struct buffer *message)
{
	struct websocket_item item = {
		.event = WEBSOCKET_EVENT_MESSAGE,
		.bytes = message->bytes,
		.length = message->length,
	};
	char line[WEBSOCKET_LINE_BYTES];
	size_t length = websocket_write_line(&item, line);
	bool is_swallowing = false;
	struct frame frame;

	assert(length >= 2 && length <= message->length + 2);
	assert(memchr(line, '\n', length) == line + length - 1);
	if (frame_next(line, length, &is_swallowing, &frame))
		assert(frame.consumed == length || frame.is_too_long);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(buffer_done) struct buffer bytes = { 0 };

	if (size < 3)
		return 0;
	buffer_put(&bytes, data + 2, size - 2);
	check_reading(data[0] % 3, &bytes, (size_t) data[1] + 1);
	if (bytes.length <= WEBSOCKET_MESSAGE_BYTES) {
		check_message(&bytes, (size_t) data[1] + 1);
		check_line(&bytes);
	}
	return 0;
}
