/* Owns the frames of a test's client. RFC 6455 5.2. */
#include "frames.h"

#include <string.h>

#include "base/hash.h"

#define FINAL 0x80
#define MASKED 0x80
#define TEXT 1
#define CLOSE 8
#define PING 9
#define PONG 10

static void put_frame(
	struct buffer *out, uint64_t *dice, uint8_t head, const char *bytes, size_t length)
{
	uint8_t mask[4], header[4] = { head, MASKED | (uint8_t) (length < 126 ? length : 126),
		(uint8_t) (length >> 8), (uint8_t) length };

	for (size_t i = 0; i < sizeof(mask); i++)
		mask[i] = dice ? (uint8_t) hash_random(dice) : (uint8_t) i;
	buffer_put(out, header, length < 126 ? 2 : 4);
	buffer_put(out, mask, sizeof(mask));
	for (size_t i = 0; i < length; i++)
		buffer_put_byte(out, (char) (bytes[i] ^ mask[i % 4]));
}

void frames_put_message(struct buffer *out, uint64_t *dice, const char *line, size_t length)
{
	uint32_t n_frames = 1 + (uint32_t) (hash_random(dice) % 3);
	size_t part = length / n_frames;

	for (uint32_t i = 0; i < n_frames; i++) {
		bool is_last = i + 1 == n_frames;

		if (hash_random(dice) % 8 == 0)
			put_frame(out, dice, FINAL | PING, "ping", 4);
		put_frame(out, dice, (uint8_t) ((is_last ? FINAL : 0) | (i ? 0 : TEXT)),
			line + i * part, is_last ? length - i * part : part);
	}
}

void frames_put_close(struct buffer *out)
{
	put_frame(out, NULL, FINAL | CLOSE, "", 0);
}

bool frames_take(struct buffer *in, struct buffer *lines, uint32_t *n_pongs, bool *has_close)
{
	for (;;) {
		const uint8_t *bytes = (const uint8_t *) in->bytes;
		size_t header, length;

		if (in->length < 2 || (bytes[1] == 126 && in->length < 4))
			return true;
		header = bytes[1] == 126 ? 4 : 2;
		length = header == 2 ? bytes[1] : (size_t) bytes[2] << 8 | bytes[3];
		if (bytes[1] > 126 || *has_close)
			return false;
		if (in->length < header + length)
			return true;
		*n_pongs += bytes[0] == (FINAL | PONG);
		*has_close |= bytes[0] == (FINAL | CLOSE);
		if (bytes[0] == (FINAL | TEXT)) {
			buffer_put(lines, bytes + header, length);
			buffer_put_text(lines, "\r\n");
		} else if (bytes[0] != (FINAL | PONG) && bytes[0] != (FINAL | CLOSE)) {
			return false;
		}
		buffer_drop(in, header + length);
	}
}
