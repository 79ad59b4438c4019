/* Texts of which there are few different ones and many uses: one copy of each, for good. */
#pragma once

#include <stddef.h>

struct interned {
	char **texts;
	size_t count;
};

void interned_done(struct interned *interned);
/* The copy of that text, which lives as long as all. */
const char *interned_text(struct interned *interned, const char *text, size_t length);
