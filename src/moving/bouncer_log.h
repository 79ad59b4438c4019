/* A line of a log that the module log of ZNC or the message store "fs" of soju has written.
 * https://github.com/znc/znc/blob/master/modules/log.cpp, and msgstore/znclog of soju. */
#pragma once

#include <stddef.h>

#include "base/buffer.h"

enum bouncer_line_kind {
	BOUNCER_LINE_MALFORMED, /* it does not begin with [HH:MM:SS], or has a NUL */
	BOUNCER_LINE_OTHER,	/* what the bouncer says of itself, or nothing */
	BOUNCER_LINE_TAKEN,
};

/* Texts are those of io.github.papod.Control.ImportMessages. */
struct bouncer_line {
	int hour;
	int minute;
	int second;
	const char *command;
	struct buffer source;
	struct buffer text;
};

/* The line may be one that was read before, whose buffers are used again. */
enum bouncer_line_kind bouncer_line_read(
	struct bouncer_line *line, const char *bytes, size_t length);
void bouncer_line_done(struct bouncer_line *line);
