/* Finding lines in a stream of bytes.
 *
 * A line ends with LF; one CR before it does not belong to it. CR alone ends
 * nothing. A line of more than FRAME_LINE_BYTES is given once, marked too long,
 * with its first bytes; the rest up to its LF is swallowed. Empty lines are
 * swallowed too. IRCv3 message-tags: 8191 bytes of tags and 512 of the rest. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FRAME_LINE_BYTES (8191 + 512)

struct frame {
	const char *bytes; /* without CR LF; not ended by a NUL */
	size_t length;
	size_t consumed; /* bytes of input it took, line end and swallowed ones included */
	bool is_too_long;
};

/* Take the next line from the start of the bytes. is_swallowing is the connection's
 * memory that it is inside a line already given as too long; false at first.
 * False: no whole line yet; *ret_frame then still says how many bytes were consumed
 * (of a swallowed line, or empty ones) and may be dropped. */
bool frame_next(const char *bytes, size_t length, bool *is_swallowing, struct frame *ret_frame);
