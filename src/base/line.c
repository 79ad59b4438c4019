/* Owns shared rendered lines. */
#include "base/line.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"

struct line *line_new(const char *bytes, size_t length)
{
	struct line *line = mem_space(sizeof(*line) + length);

	assert(length <= UINT32_MAX);
	line->refs = 1;
	line->length = (uint32_t) length;
	line->fingerprint = 0;
	memcpy(line->bytes, bytes, length);
	return line;
}

uint64_t line_fingerprint(struct line *line)
{
	if (!line->fingerprint)
		line->fingerprint = hash_quick(line->bytes, line->length);
	return line->fingerprint;
}

/* It may have told its recipient a secret. */
void line_free(struct line *line)
{
	explicit_bzero(line->bytes, line->length);
	free(line);
}
