/* Texts of which there are few different ones and many uses: one copy of each, for good. */
#pragma once

#include <stddef.h>

struct interned {
	char **texts;
	size_t count;
};

void interned_done(struct interned *interned);
/* Where in texts the copy of that text stands, for good. */
size_t interned_number(struct interned *interned, const char *text, size_t length);
/* The copy itself, which lives as long as all. */
const char *interned_text(struct interned *interned, const char *text, size_t length);
