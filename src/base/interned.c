/* Owns the texts that are stored once. */
#include "base/interned.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

void interned_done(struct interned *interned)
{
	for (size_t i = 0; i < interned->count; i++)
		free(interned->texts[i]);
	free(interned->texts);
	*interned = (struct interned){ 0 };
}

size_t interned_number(struct interned *interned, const char *text, size_t length)
{
	for (size_t i = 0; i < interned->count; i++)
		if (strlen(interned->texts[i]) == length &&
			(!length || memcmp(interned->texts[i], text, length) == 0))
			return i;
	interned->texts =
		mem_resize(interned->texts, interned->count + 1, sizeof(*interned->texts));
	interned->texts[interned->count] = mem_text_n(text, length);
	return interned->count++;
}

const char *interned_text(struct interned *interned, const char *text, size_t length)
{
	size_t number = interned_number(interned, text, length);

	return interned->texts[number];
}
