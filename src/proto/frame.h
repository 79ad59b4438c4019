/* Finding lines in a stream of bytes.
 *
 * A line ends with LF; one CR before it does not belong to it. CR alone ends nothing, and NUL is an
 * ordinary byte: the parser refuses such lines. Empty lines are skipped. A line may have 512 bytes
 * with its CR LF, and before them 8191 bytes of tags, from their @ to the space behind them (IRCv3
 * message-tags). As soon as a line is longer, its first bytes are returned once, marked too long;
 * the rest up to its LF is skipped. So a client that never ends a line occupies no more than
 * this. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FRAME_TAG_BYTES 8191
#define FRAME_REST_BYTES 510 /* without CR LF */
#define FRAME_LINE_BYTES (FRAME_TAG_BYTES + FRAME_REST_BYTES + 2)

struct frame {
	const char *bytes; /* without CR LF; not ended by a NUL */
	size_t length;
	size_t consumed; /* bytes of input, including line ends and skipped ones */
	bool is_too_long;
};

/* Take the next line from the start of the bytes. is_swallowing is stored with the connection: it
 * is inside a line already returned as too long; false at first. False: no whole line yet;
 * ret_frame->consumed still counts the bytes (of a skipped line, or empty ones) that may be
 * dropped. */
bool frame_next(const char *bytes, size_t length, bool *is_swallowing, struct frame *ret_frame);
