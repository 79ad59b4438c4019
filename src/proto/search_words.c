/* Owns what a word is. https://sqlite.org/fts5.html, "Unicode61 Tokenizer": all characters of the
 * categories L, N and Co, with the marks behind them, are part of one; all others separate. */
#include "proto/search_words.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include <utf8proc.h>

#define BIT(category) (UINT32_C(1) << UTF8PROC_CATEGORY_##category)
#define WORD_CATEGORIES                                                                            \
	(BIT(LU) | BIT(LL) | BIT(LT) | BIT(LM) | BIT(LO) | BIT(MN) | BIT(MC) | BIT(ME) | BIT(ND) | \
		BIT(NL) | BIT(NO) | BIT(CO))

static bool is_part_of_word(utf8proc_int32_t character)
{
	return WORD_CATEGORIES >> utf8proc_category(character) & 1;
}

/* The bytes of the character there, at least one. */
static size_t read_character(const char *text, size_t length, bool *ret_is_part)
{
	utf8proc_int32_t character;
	utf8proc_ssize_t n = utf8proc_iterate(
		(const utf8proc_uint8_t *) text, (utf8proc_ssize_t) length, &character);

	*ret_is_part = n > 0 && is_part_of_word(character);
	return n > 0 ? (size_t) n : 1;
}

void search_words_put(const char *text, struct buffer *out)
{
	size_t length = strlen(text), begun = out->length;
	bool is_in_word = false, is_part;

	for (size_t at = 0, n; at < length; at += n) {
		n = read_character(text + at, length - at, &is_part);
		if (is_part && !is_in_word && out->length > begun)
			buffer_put_byte(out, ' ');
		if (is_part || (is_in_word && text[at] == '*'))
			buffer_put(out, text + at, n);
		is_in_word = is_part;
	}
}
