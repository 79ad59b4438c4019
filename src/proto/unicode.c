/* Owns names in UTF-8.
 *
 * Nicknames that look alike count as one. Each has a skeleton: accents dropped, letters that look
 * like Latin ones replaced by these (proto/confusables.c), case folded. This makes impersonation
 * hard, not impossible. Clients are sent CASEMAPPING=ascii, as from other servers: they know no
 * name for this mapping, and would take an unknown one for rfc1459.
 *
 * Invisible characters are refused by Unicode category, not by a list, in each name that others
 * read or type. Real names and values of METADATA are texts of several words: they lose only
 * controls and direction changes, because some scripts need joiners. */
#include "proto/unicode.h"

#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "base/buffer.h"
#include "base/cleanup.h"
#include "base/mem.h"
#include "proto/confusables.h"

/* Thai and Vietnamese need three; more would cover the lines above. */
#define MARKS_IN_A_ROW 3
#define BLANK_BRAILLE 0x2800

static char *map_text(const char *text, unsigned int options)
{
	utf8proc_uint8_t *mapped = NULL;
	utf8proc_ssize_t length = utf8proc_map((const utf8proc_uint8_t *) text, 0, &mapped,
		(utf8proc_option_t) (UTF8PROC_NULLTERM | UTF8PROC_STABLE | options));

	if (length == UTF8PROC_ERROR_NOMEM)
		abort();
	return length < 0 ? NULL : (char *) mapped;
}

char *unicode_normalise(const char *text)
{
	return map_text(text, UTF8PROC_COMPOSE);
}

char *unicode_fold(const char *text)
{
	return map_text(
		text, UTF8PROC_COMPOSE | UTF8PROC_COMPAT | UTF8PROC_CASEFOLD | UTF8PROC_IGNORE);
}

/* The accents of Latin, Greek and Cyrillic. In other scripts marks are vowels: without them
 * different names would look the same. */
static bool is_accent(utf8proc_int32_t character)
{
	return (character >= 0x0300 && character <= 0x036f) ||
	       (character >= 0x1ab0 && character <= 0x1aff) ||
	       (character >= 0x1dc0 && character <= 0x1dff) ||
	       (character >= 0x20d0 && character <= 0x20ff);
}

/* Steps over a character; 0 at the end, or where it is not UTF-8. */
static utf8proc_int32_t next_character(const char **at)
{
	utf8proc_int32_t character = 0;
	utf8proc_ssize_t length = utf8proc_iterate((const utf8proc_uint8_t *) *at, -1, &character);

	if (length < 0 || !**at)
		return 0;
	*at += length;
	return character;
}

static char *replace_confusables(const char *text)
{
	struct buffer out = { 0 };
	const char *at = text, *start = text;
	utf8proc_int32_t character;

	for (; (character = next_character(&at)); start = at) {
		const char *latin = confusables_find((uint32_t) character);

		if (latin)
			buffer_put_text(&out, latin);
		else if (!is_accent(character))
			buffer_put(&out, start, (size_t) (at - start));
	}
	buffer_put_byte(&out, '\0');
	return buffer_take(&out);
}

char *unicode_skeleton(const char *text)
{
	CLEANUP(mem_freep)
	char *apart = map_text(text, UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT | UTF8PROC_IGNORE);
	CLEANUP(mem_freep) char *plain = apart ? replace_confusables(apart) : NULL;

	return plain ? unicode_fold(plain) : NULL;
}

/* By property, because a list would miss characters of later Unicode versions. */
static bool is_invisible(utf8proc_int32_t character)
{
	const utf8proc_property_t *property = utf8proc_get_property(character);

	switch (property->category) {
	case UTF8PROC_CATEGORY_CN:
	case UTF8PROC_CATEGORY_CC:
	case UTF8PROC_CATEGORY_CF:
	case UTF8PROC_CATEGORY_CS:
	case UTF8PROC_CATEGORY_CO:
	case UTF8PROC_CATEGORY_ZS:
	case UTF8PROC_CATEGORY_ZL:
	case UTF8PROC_CATEGORY_ZP:
		return true;
	}
	return property->ignorable || character == BLANK_BRAILLE;
}

bool unicode_is_visible(const char *text)
{
	utf8proc_int32_t character;

	while (*text) {
		const char *start = text;

		character = next_character(&text);
		if (character >= 0x80 && is_invisible(character))
			return false;
		if (text == start)
			text++;
	}
	return true;
}

static bool turns_or_breaks(utf8proc_int32_t character)
{
	const utf8proc_property_t *property = utf8proc_get_property(character);

	switch (property->category) {
	case UTF8PROC_CATEGORY_CC:
	case UTF8PROC_CATEGORY_ZL:
	case UTF8PROC_CATEGORY_ZP:
		return true;
	}
	/* Direction marks such as U+200E have the bidi class of letters; Arabic number signs are
	 * visible. */
	return property->category == UTF8PROC_CATEGORY_CF &&
	       property->bidi_class != UTF8PROC_BIDI_CLASS_BN &&
	       property->bidi_class != UTF8PROC_BIDI_CLASS_AN;
}

char *unicode_clean(const char *text)
{
	struct buffer out = { 0 };
	utf8proc_int32_t character;

	while (*text) {
		const char *start = text;

		character = next_character(&text);
		if (text == start)
			text++;
		if (!turns_or_breaks(character) || character == 0)
			buffer_put(&out, start, (size_t) (text - start));
	}
	return buffer_take(&out);
}

static bool is_letter_or_digit(utf8proc_category_t category)
{
	switch ((int) category) {
	case UTF8PROC_CATEGORY_LU:
	case UTF8PROC_CATEGORY_LL:
	case UTF8PROC_CATEGORY_LT:
	case UTF8PROC_CATEGORY_LM:
	case UTF8PROC_CATEGORY_LO:
	case UTF8PROC_CATEGORY_ND:
		return true;
	}
	return false;
}

static bool is_combining_mark(utf8proc_category_t category)
{
	return category == UTF8PROC_CATEGORY_MN || category == UTF8PROC_CATEGORY_MC;
}

static bool is_ink(utf8proc_category_t category)
{
	switch ((int) category) {
	case UTF8PROC_CATEGORY_NL:
	case UTF8PROC_CATEGORY_NO:
	case UTF8PROC_CATEGORY_PC:
	case UTF8PROC_CATEGORY_PD:
	case UTF8PROC_CATEGORY_PS:
	case UTF8PROC_CATEGORY_PE:
	case UTF8PROC_CATEGORY_PI:
	case UTF8PROC_CATEGORY_PF:
	case UTF8PROC_CATEGORY_PO:
	case UTF8PROC_CATEGORY_SM:
	case UTF8PROC_CATEGORY_SC:
	case UTF8PROC_CATEGORY_SK:
	case UTF8PROC_CATEGORY_SO:
		return true;
	}
	return is_letter_or_digit(category);
}

/* State of the check of a name. */
struct progress {
	enum unicode_content content;
	int n_marks; /* in a row; -1: no letter for a mark yet */
	bool has_left_to_right;
	bool has_right_to_left;
};

static void note_direction(struct progress *progress, utf8proc_propval_t bidi_class)
{
	if (bidi_class == UTF8PROC_BIDI_CLASS_L)
		progress->has_left_to_right = true;
	if (bidi_class == UTF8PROC_BIDI_CLASS_R || bidi_class == UTF8PROC_BIDI_CLASS_AL)
		progress->has_right_to_left = true;
}

static bool may_follow(struct progress *progress, utf8proc_int32_t character)
{
	const utf8proc_property_t *property = utf8proc_get_property(character);
	utf8proc_category_t category = (utf8proc_category_t) property->category;

	note_direction(progress, property->bidi_class);
	if (is_combining_mark(category) && !property->ignorable)
		return progress->n_marks >= 0 && ++progress->n_marks <= MARKS_IN_A_ROW;
	progress->n_marks = is_letter_or_digit(category) ? 0 : -1;
	if (character < 0x80)
		return true;
	if (is_invisible(character))
		return false;
	return progress->content == UNICODE_CONTENT_LETTERS ? is_letter_or_digit(category)
							    : is_ink(category);
}

bool unicode_is_name(const char *text, enum unicode_content content)
{
	struct progress progress = { .content = content, .n_marks = -1 };
	utf8proc_int32_t character;

	while ((character = next_character(&text)))
		if (!may_follow(&progress, character))
			return false;
	return !*text && (!progress.has_left_to_right || !progress.has_right_to_left);
}
