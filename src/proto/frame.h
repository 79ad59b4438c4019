/* Finding lines in a stream of bytes.
 *
 * A line ends with LF; one CR before it does not belong to it. CR alone ends nothing, and
 * NUL is a byte like others: it is for the parser to refuse such a line. Empty lines are
 * swallowed. A line may have 512 bytes with its CR LF, and before them 8191 bytes of tags,
 * from their @ to the space behind them (IRCv3 message-tags). A longer one is given once,
 * marked too long, with its first bytes, as soon as it is known to be; the rest up to its
 * LF is swallowed. So whoever never ends a line has no more than this waiting. */
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
	size_t consumed; /* bytes of input it took, line end and swallowed ones included */
	bool is_too_long;
};

/* Take the next line from the start of the bytes. is_swallowing is the connection's
 * memory that it is inside a line already given as too long; false at first.
 * False: no whole line yet; *ret_frame then still says how many bytes were consumed
 * (of a swallowed line, or empty ones) and may be dropped. */
bool frame_next(const char *bytes, size_t length, bool *is_swallowing, struct frame *ret_frame);
