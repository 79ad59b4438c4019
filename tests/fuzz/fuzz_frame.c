/* Any bytes, cut into chunks of any size, give the same lines: the first byte selects the chunks.
 * Lines are within their limits, and so is a partial line. */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "base/buffer.h"
#include "base/cleanup.h"
#include "proto/foreign.h"
#include "proto/frame.h"

#define PREFIXES 100

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_frame(const struct frame *frame)
{
	size_t tags = 0;

	assert(frame->length && frame->length <= frame->consumed);
	assert(!memchr(frame->bytes, '\n', frame->length));
	if (frame->bytes[0] == '@') {
		const char *space = memchr(frame->bytes, ' ', frame->length);

		tags = space ? (size_t) (space - frame->bytes) + 1 : frame->length;
	}
	assert(tags <= FRAME_TAG_BYTES);
	assert(frame->length - tags <= FRAME_REST_BYTES);
}

/* All lines found, each after a byte that marks lines that are too long. */
static void collect(struct buffer *out, const char *bytes, size_t length, size_t chunk)
{
	CLEANUP(buffer_done) struct buffer waiting = { 0 };
	bool is_swallowing = false;
	struct frame frame;

	for (size_t at = 0; at < length; at += chunk) {
		buffer_put(&waiting, bytes + at, length - at < chunk ? length - at : chunk);
		while (frame_next(waiting.bytes, waiting.length, &is_swallowing, &frame)) {
			check_frame(&frame);
			buffer_put_byte(out, frame.is_too_long ? '!' : '\n');
			buffer_put(out, frame.bytes, frame.length);
			buffer_drop(&waiting, frame.consumed);
		}
		buffer_drop(&waiting, frame.consumed);
		assert(waiting.length < FRAME_LINE_BYTES);
	}
}

/* The protocol found in the first bytes does not change when more arrive. */
static void check_foreign(const char *bytes, size_t length)
{
	const char *protocol = foreign_protocol(bytes, length);

	for (size_t n = 0; n < length && n < PREFIXES; n++) {
		const char *before = foreign_protocol(bytes, n);

		assert(!before || (protocol && strcmp(before, protocol) == 0));
	}
	if (protocol) {
		char text[FOREIGN_ANSWER_BYTES];

		foreign_answer(protocol, text);
		assert(text[strlen(text) - 1] == '\n');
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(buffer_done) struct buffer whole = { 0 };
	CLEANUP(buffer_done) struct buffer pieces = { 0 };
	const char *bytes = (const char *) data + 1;

	if (!size)
		return 0;
	check_foreign(bytes, size - 1);
	collect(&whole, bytes, size - 1, size);
	collect(&pieces, bytes, size - 1, (size_t) data[0] + 1);
	assert(whole.length == pieces.length);
	assert(!whole.length || memcmp(whole.bytes, pieces.bytes, whole.length) == 0);
	return 0;
}
