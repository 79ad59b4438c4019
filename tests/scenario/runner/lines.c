#include "lines.h"

#include <stdlib.h>

#include "base/mem.h"

void lines_put(struct lines *lines, const char *bytes, size_t length)
{
	lines->items = mem_resize(lines->items, lines->count + 1, sizeof(*lines->items));
	lines->items[lines->count++] = mem_text_n(bytes, length);
}

const char *lines_take(struct lines *lines)
{
	return lines->next < lines->count ? lines->items[lines->next++] : NULL;
}

void lines_done(struct lines *lines)
{
	for (size_t i = 0; i < lines->count; i++)
		free(lines->items[i]);
	free(lines->items);
	*lines = (struct lines){ 0 };
}
