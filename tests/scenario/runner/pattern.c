/* Owns the comparison with expectations. */
#include "pattern.h"

#include <stddef.h>

static bool is_plain_star(const char *pattern)
{
	return pattern[0] == '\\' && pattern[1] == '*';
}

/* The length of the pattern's part that stands for exactly this character; 0: for another. */
static size_t plain_length(const char *pattern, char character)
{
	if (is_plain_star(pattern))
		return character == '*' ? 2 : 0;
	return *pattern == character;
}

bool pattern_matches(const char *pattern, const char *text)
{
	const char *star = NULL, *from = NULL;

	while (*text) {
		size_t length = plain_length(pattern, *text);

		if (*pattern == '*') {
			star = ++pattern;
			from = text;
		} else if (length) {
			pattern += length;
			text++;
		} else if (star) {
			pattern = star;
			text = ++from;
		} else {
			return false;
		}
	}
	while (*pattern == '*')
		pattern++;
	return !*pattern;
}
