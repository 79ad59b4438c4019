/* Owns shared rendered lines. */
#include "base/line.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

struct line *line_new(const char *bytes, size_t length)
{
	struct line *line = mem_resize(NULL, 1, sizeof(*line) + length);

	assert(length <= UINT32_MAX);
	line->refs = 1;
	line->length = (uint32_t) length;
	memcpy(line->bytes, bytes, length);
	return line;
}

struct line *line_ref(struct line *line)
{
	line->refs++;
	return line;
}

void line_unref(struct line *line)
{
	if (!line)
		return;
	assert(line->refs);
	if (!--line->refs)
		free(line);
}
