/* How often each line occurs in one second of a log. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/map.h"

/* All zero is empty, and needs no memory. */
struct line_copies {
	struct map by_text;
	struct line_copy **items;
	size_t count;
};

/* Returns how often the line was noted before. */
uint64_t line_copies_note(struct line_copies *copies, const char *line);
void line_copies_clear(struct line_copies *copies);
