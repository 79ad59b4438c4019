/* Owns the preparation of texts for filters. Most texts are ASCII, and need little. */
#include "proto/filter_text.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "proto/formatting.h"
#include "proto/unicode.h"

char *filter_plain(const char *text, size_t *ret_length)
{
	char *plain = formatting_is_in(text) ? formatting_strip(text) : mem_text(text);
	size_t length = strlen(plain);

	if (text_ascii_length(plain, length) < length)
		text_mend_utf8(plain, length);
	*ret_length = length;
	return plain;
}

static void lower_text(char *text)
{
	for (; *text; text++)
		*text = text_lower(*text);
}

char *filter_fold(char *plain, size_t length)
{
	char *folded = text_ascii_length(plain, length) < length ? unicode_fold(plain) : NULL;

	if (!folded) {
		lower_text(plain);
		return plain;
	}
	free(plain);
	return folded;
}

char *filter_alike(const char *plain, size_t length)
{
	char *alike = text_ascii_length(plain, length) < length ? unicode_skeleton(plain) : NULL;

	if (!alike) {
		alike = mem_text(plain);
		lower_text(alike);
	}
	return alike;
}
