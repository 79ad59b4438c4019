/* Numbers with units, as administrators write them. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"

enum units {
	UNITS_SIZE,	/* bytes: B, KiB, MiB */
	UNITS_DURATION, /* milliseconds: ms, s, min, h */
};

/* "64 KiB", "90s"; without a unit: bytes, or seconds. False: invalid or too large. */
bool units_parse(enum units units, const char *text, uint64_t *ret_value);
/* Explain an unknown unit behind a number: 'there is no unit "day"; a day is "24 h"'. False: the
 * text is something else. */
bool units_explain(enum units units, const char *text, struct buffer *out);
/* Format with the largest unit that leaves a whole number. */
void units_format(enum units units, uint64_t value, struct buffer *out);

bool units_parse_octal(const char *text, uint64_t *ret_value);
