/* Texts of which there are few different ones and many uses: one copy of each, never freed before
 * the others. */
#pragma once

#include <stddef.h>

struct interned {
	char **texts;
	size_t count;
};

void interned_done(struct interned *interned);
/* The index in texts of the copy of that text; it never changes. */
size_t interned_number(struct interned *interned, const char *text, size_t length);
/* The copy itself, which lives as long as all copies. */
const char *interned_text(struct interned *interned, const char *text, size_t length);
