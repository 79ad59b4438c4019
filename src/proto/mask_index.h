/* An index of a text for masks that take long: for each different character, a row of bits marks
 * its places. A part of a mask between two stars is searched at 64 places at once: a mask of n
 * characters takes at most n steps for each 64 characters of the text, whatever its form. A
 * comparison place by place takes up to n steps for each character. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "base/text.h"
#include "proto/casemap.h"

struct mask_index;

struct mask_index *mask_index_new(enum casemap casemap, const char *text);
void mask_index_free(struct mask_index *index);
enum casemap mask_index_casemap(const struct mask_index *index);
bool mask_index_matches(const struct mask_index *index, const char *pattern);

/* How masks and texts are split into characters. */

#define MASK_CHARACTER_BYTES 4

/* A byte that belongs to no UTF-8 character counts as one. */
static inline size_t mask_character_length(const char *bytes)
{
	size_t length;

	if (!((unsigned char) *bytes & 0x80))
		return 1;
	length = text_utf8_character(bytes, strnlen(bytes, MASK_CHARACTER_BYTES));
	return length ? length : 1;
}

/* Like casemap_lower(), but without a call for most bytes. */
static inline unsigned char mask_lower(enum casemap casemap, char byte)
{
	if (casemap == CASEMAP_RFC1459)
		return (unsigned char) casemap_lower(casemap, byte);
	return (unsigned char) (byte >= 'A' && byte <= 'Z' ? byte + ('a' - 'A') : byte);
}

static inline bool mask_is_escaped(const char *pattern)
{
	return pattern[0] == '\\' && (pattern[1] == '*' || pattern[1] == '?');
}
