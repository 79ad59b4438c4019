/* One rendered line, shared by all its recipients: immutable, reference counted. The count is not
 * atomic: lines belong to the loop's thread. */
#pragma once

#include <assert.h>
#include <stddef.h>
#include <stdint.h>

struct line {
	uint32_t refs;
	uint32_t length;      /* with its CR LF */
	uint64_t fingerprint; /* 0: not known yet, see line_fingerprint() */
	char bytes[];
};

/* A hash of the bytes, computed once. */
uint64_t line_fingerprint(struct line *line);

struct line *line_new(const char *bytes, size_t length); /* one reference, the caller's */
void line_free(struct line *line);			 /* for line_unref() */

static inline struct line *line_ref(struct line *line)
{
	line->refs++;
	return line;
}

/* NULL is allowed. */
static inline void line_unref(struct line *line)
{
	if (!line)
		return;
	assert(line->refs);
	if (!--line->refs)
		line_free(line);
}
