/* Any two texts as mask and source: matching has the result of its definition, and a completed
 * mask, plain or extended, is complete and does not change again. */
#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "proto/mask.h"
#include "proto/mask_index.h"
#include "world/banmask.h"

#define MASK_BYTES 100
#define TEXT_BYTES 200 /* several words of bits */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t character_length(const char *text)
{
	size_t length = text_utf8_character(text, strlen(text));

	return length ? length : 1;
}

/* Results by place in pattern and text: 0 unknown, 1 yes, 2 no. */
struct reference {
	char known[MASK_BYTES + 1][TEXT_BYTES + 1];
	const char *pattern, *text;
};

static bool matches(struct reference *reference, const char *pattern, const char *text);

static bool find_out(struct reference *reference, const char *pattern, const char *text)
{
	size_t length;

	if (!*pattern)
		return !*text;
	if (*pattern == '*')
		return matches(reference, pattern + 1, text) ||
		       (*text && matches(reference, pattern, text + character_length(text)));
	if (!*text)
		return false;
	length = character_length(text);
	if (*pattern == '\\' && (pattern[1] == '*' || pattern[1] == '?'))
		return pattern[1] == *text && matches(reference, pattern + 2, text + 1);
	if (*pattern == '?')
		return matches(reference, pattern + 1, text + length);
	if (character_length(pattern) != length)
		return false;
	for (size_t i = 0; i < length; i++)
		if (text_lower(pattern[i]) != text_lower(text[i]))
			return false;
	return matches(reference, pattern + length, text + length);
}

static bool matches(struct reference *reference, const char *pattern, const char *text)
{
	char *known = &reference->known[pattern - reference->pattern][text - reference->text];

	if (!*known)
		*known = find_out(reference, pattern, text) ? 1 : 2;
	return *known == 1;
}

static void check_match(const char *pattern, const char *text)
{
	struct reference reference = { .pattern = pattern, .text = text };

	struct mask_index *index = mask_index_new(CASEMAP_ASCII, text);
	bool expected = matches(&reference, pattern, text);

	assert(mask_match(pattern, text) == expected);
	assert(mask_index_matches(index, pattern) == expected);
	mask_index_free(index);
}

static void check_whole(const char *given, const char *mask)
{
	const char *bang = strchr(mask, '!'), *at = strrchr(mask, '@');
	char *again = NULL;

	assert(strlen(mask) <= MASK_BYTES);
	assert(bang && at && bang > mask && at > bang + 1 && at[1]);
	assert(*mask != ':' && !strpbrk(mask, " \r\n\t"));
	assert(mask_complete(mask, MASK_BYTES, &again));
	assert(strcmp(mask, again) == 0);
	if (!strpbrk(given, "*?\\") && strchr(given, '!') && strchr(given, '@'))
		assert(!mask_match(mask, "!@"));
	free(again);
}

/* Completed masks of channels, extended ones too, are complete and do not change again. Any text
 * can be parsed, because a snapshot may contain it. */
static void check_banmask(const char *given)
{
	char *mask = NULL, *again = NULL;

	banmask_free(banmask_parse(given));
	if (!banmask_complete(given, &mask))
		return;
	assert(*mask && *mask != ':' && !strpbrk(mask, " \r\n\t"));
	assert(banmask_complete(mask, &again));
	assert(strcmp(mask, again) == 0);
	banmask_free(banmask_parse(mask));
	free(mask);
	free(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *pattern = mem_text_n((const char *) data, size), *text, *rest = pattern;
	char *mask = NULL;

	text_split(&rest, '\n');
	text = rest ? rest : pattern;
	if (strlen(text) <= TEXT_BYTES) {
		if (strlen(pattern) <= MASK_BYTES)
			check_match(pattern, text);
		if (mask_complete(pattern, MASK_BYTES, &mask)) {
			check_whole(pattern, mask);
			check_match(mask, text);
		}
	}
	check_banmask(pattern);
	free(mask);
	free(pattern);
	return 0;
}
