/* Owns the form of passwords. utf8proc_map() would leave parts of them in memory that it frees, so
 * its steps are done here, in memory that is overwritten. */
#include "proto/opaque_string.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "base/cleanup.h"
#include "base/mem.h"

#define OPTIONS ((utf8proc_option_t) (UTF8PROC_COMPOSE | UTF8PROC_STABLE))
#define UTF8_BYTES 4 /* the longest character */
#define NON_JOINER 0x200c
#define JOINER 0x200d
#define VIRAMA 9 /* canonical combining class */

struct characters {
	utf8proc_int32_t *at;
	size_t n;
};

static void wipe_characters(struct characters *characters)
{
	if (characters->at)
		explicit_bzero(characters->at, characters->n * sizeof(*characters->at));
	free(characters->at);
}

static bool is_space(utf8proc_int32_t character)
{
	return utf8proc_get_property(character)->category == UTF8PROC_CATEGORY_ZS;
}

/* RFC 8265 4.2.2: additional mapping rule, then normalization rule. A decomposed space is mapped,
 * too. False: not UTF-8. */
static bool normalise_characters(const char *text, struct characters *characters)
{
	const utf8proc_uint8_t *bytes = (const utf8proc_uint8_t *) text;
	utf8proc_ssize_t length = (utf8proc_ssize_t) strlen(text), n;

	n = utf8proc_decompose(bytes, length, NULL, 0, OPTIONS);
	if (n < 0)
		return false;
	characters->n = (size_t) n;
	characters->at = mem_resize(NULL, characters->n, sizeof(*characters->at));
	n = utf8proc_decompose(bytes, length, characters->at, n, OPTIONS);
	assert((size_t) n == characters->n);
	for (size_t i = 0; i < characters->n; i++)
		if (is_space(characters->at[i]))
			characters->at[i] = ' ';
	n = utf8proc_normalize_utf32(characters->at, n, OPTIONS);
	assert(n >= 0 && (size_t) n <= characters->n);
	explicit_bzero(characters->at + n, (characters->n - (size_t) n) * sizeof(*characters->at));
	characters->n = (size_t) n;
	return true;
}

/* RFC 5892 2.6: forbidden, though their category is not. */
static bool is_forbidden_exception(utf8proc_int32_t character)
{
	return character == 0x0640 || character == 0x07fa || character == 0x302e ||
	       character == 0x302f || (character >= 0x3031 && character <= 0x3035) ||
	       character == 0x303b;
}

/* RFC 8264 9.9: old Hangul letters, which NFC makes syllables where that is possible. */
static bool is_hangul_part(const utf8proc_property_t *property)
{
	return property->boundclass == UTF8PROC_BOUNDCLASS_L ||
	       property->boundclass == UTF8PROC_BOUNDCLASS_V ||
	       property->boundclass == UTF8PROC_BOUNDCLASS_T;
}

/* RFC 8264 8, except for joiners. */
static bool is_free_form(utf8proc_int32_t character)
{
	const utf8proc_property_t *property = utf8proc_get_property(character);

	switch (property->category) {
	case UTF8PROC_CATEGORY_CN:
	case UTF8PROC_CATEGORY_CC:
	case UTF8PROC_CATEGORY_CF:
	case UTF8PROC_CATEGORY_CS:
	case UTF8PROC_CATEGORY_CO:
	case UTF8PROC_CATEGORY_ZL:
	case UTF8PROC_CATEGORY_ZP:
		return false;
	}
	return !property->ignorable && !is_hangul_part(property) &&
	       !is_forbidden_exception(character);
}

static bool is_from_right(utf8proc_int32_t character)
{
	return utf8proc_get_property(character)->bidi_class == UTF8PROC_BIDI_CLASS_AL ||
	       utf8proc_get_property(character)->bidi_class == UTF8PROC_BIDI_CLASS_R;
}

/* RFC 5892 A.1 and A.2. */
static bool joins(const struct characters *characters, size_t i)
{
	const utf8proc_int32_t *at = characters->at + i;

	if (i == 0)
		return false;
	if (utf8proc_get_property(at[-1])->combining_class == VIRAMA)
		return true;
	return *at == NON_JOINER && i + 1 < characters->n && is_from_right(at[-1]) &&
	       is_from_right(at[1]);
}

static bool are_free_form(const struct characters *characters)
{
	for (size_t i = 0; i < characters->n; i++) {
		utf8proc_int32_t character = characters->at[i];

		if (character == JOINER || character == NON_JOINER) {
			if (!joins(characters, i))
				return false;
		} else if (!is_free_form(character)) {
			return false;
		}
	}
	return characters->n > 0;
}

static char *encode_characters(const struct characters *characters)
{
	char *text = mem_space(characters->n * UTF8_BYTES + 1);
	size_t length = 0;

	for (size_t i = 0; i < characters->n; i++)
		length += (size_t) utf8proc_encode_char(
			characters->at[i], (utf8proc_uint8_t *) text + length);
	text[length] = '\0';
	return text;
}

char *opaque_string(const char *text)
{
	CLEANUP(wipe_characters) struct characters characters = { 0 };

	if (!normalise_characters(text, &characters) || !are_free_form(&characters))
		return NULL;
	return encode_characters(&characters);
}
