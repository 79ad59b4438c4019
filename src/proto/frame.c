/* Owns the splitting of bytes into lines. Knows nothing of the contents of lines, except that the
 * tags in front have a limit of their own. */
#include "proto/frame.h"

#include <string.h>

/* The limit of the line that starts here, without CR LF. Until the space behind its tags arrives,
 * the line is only tags, and the limit leaves room for the space. */
static size_t line_limit(const char *line, size_t length)
{
	const char *space;

	if (*line != '@')
		return FRAME_REST_BYTES;
	if (length > FRAME_TAG_BYTES)
		length = FRAME_TAG_BYTES;
	space = memchr(line, ' ', length);
	return space ? (size_t) (space - line) + 1 + FRAME_REST_BYTES : FRAME_TAG_BYTES - 1;
}

/* The number of bytes at the start that belong to a line already returned as too long. */
static size_t swallowed_bytes(const char *bytes, size_t length, bool *is_swallowing)
{
	const char *end;

	if (!*is_swallowing || !length)
		return 0;
	end = memchr(bytes, '\n', length);
	if (!end)
		return length;
	*is_swallowing = false;
	return (size_t) (end - bytes) + 1;
}

static size_t skip_empty(const char *bytes, size_t length, size_t at)
{
	for (;;) {
		if (at < length && bytes[at] == '\n')
			at++;
		else if (at + 1 < length && bytes[at] == '\r' && bytes[at + 1] == '\n')
			at += 2;
		else
			return at;
	}
}

/* Take the line that starts here. If its end is missing, only `consumed` is set. */
static bool take_line(const char *line, size_t left, bool *is_swallowing, struct frame *frame)
{
	size_t limit = line_limit(line, left);
	const char *end = memchr(line, '\n', left < limit + 2 ? left : limit + 2);
	size_t content = end ? (size_t) (end - line) : limit + 2;

	if (!end && left < limit + 2)
		return false;
	if (end && content && end[-1] == '\r')
		content--;

	/* The part returned of a long line must not depend on how its bytes arrived. */
	*is_swallowing = frame->is_too_long = content > limit;
	frame->bytes = line;
	frame->length = content > limit ? limit : content;
	frame->consumed += content > limit ? limit : (size_t) (end - line) + 1;
	return true;
}

bool frame_next(const char *bytes, size_t length, bool *is_swallowing, struct frame *ret_frame)
{
	size_t at = skip_empty(bytes, length, swallowed_bytes(bytes, length, is_swallowing));

	*ret_frame = (struct frame){ .consumed = at };
	if (at == length)
		return false;
	return take_line(bytes + at, length - at, is_swallowing, ret_frame);
}
