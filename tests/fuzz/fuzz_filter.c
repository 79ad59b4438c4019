/* Any pattern and any text: an expression is refused or ends within its limits, and what the sieve
 * finds is what its definition says. The first byte chooses how to match. */
#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "proto/filter_count.h"
#include "proto/filter_set.h"
#include "proto/filter_sieve.h"
#include "proto/mask.h"
#include "proto/word_list.h"

#define MOST_TEXT 4096

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void note_result(void *data, size_t id, enum filter_result result)
{
	assert(id == 5);
	*(enum filter_result *) data = result;
}

static void note_found(void *data, size_t id)
{
	bool *found = data;

	assert(!found[id]);
	found[id] = true;
}

/* Two patterns with the same bytes, one of each sort, and one that shares their anchor. */
static void check_sieve(const char *pattern, const char *text)
{
	struct filter_sieve *sieve = filter_sieve_new();
	bool takes_glob = filter_sieve_takes(pattern), found[3] = { 0 };

	filter_sieve_add(sieve, pattern, false, 0);
	if (takes_glob)
		filter_sieve_add(sieve, pattern, true, 1);
	filter_sieve_add(sieve, pattern + strlen(pattern) / 2, false, 2);
	filter_sieve_match(sieve, text, strlen(text), note_found, found);
	assert(found[0] == (strstr(text, pattern) != NULL));
	assert(found[1] == (takes_glob && mask_match(pattern, text)));
	assert(found[2] == (strstr(text, pattern + strlen(pattern) / 2) != NULL));
	filter_sieve_free(sieve);
}

static void check_strip(const char *pattern, uint32_t match, const char *text)
{
	char *stripped = filter_strip(pattern, match, text);

	if (stripped)
		assert(strlen(stripped) < strlen(text) || !text_is_utf8(text, strlen(text)));
	free(stripped);
}

static void check_filter(uint32_t match, const char *pattern, const char *text)
{
	struct filter_set *set = filter_set_new();
	enum filter_result first = FILTER_RESULT_NO, again = FILTER_RESULT_NO;

	filter_set_add(set, pattern, match, FILTER_PLACE_TEXT, 5);
	filter_set_match(set, FILTER_PLACE_TEXT, text, note_result, &first);
	filter_set_match(set, FILTER_PLACE_TEXT, text, note_result, &again);
	assert(first == again);
	filter_set_free(set);
	assert(!filter_match_counts(match) || first == FILTER_RESULT_NO);
	if (match == FILTER_MATCH_LITERAL || match == FILTER_MATCH_REGEX)
		check_strip(pattern, match, text);
}

static void check_fingerprints(const char *text)
{
	uint64_t first[FILTER_FINGERPRINTS] = { 0 }, again[FILTER_FINGERPRINTS] = { 0 };
	size_t count = filter_fingerprints(text, first);

	assert(count <= FILTER_FINGERPRINTS);
	assert(filter_fingerprints(text, again) == count);
	assert(memcmp(first, again, sizeof(first)) == 0);
}

static void check_words(const char *given, const char *text)
{
	char *word = word_list_word(given), *list, *alone, *both, *less;

	if (!word)
		return;
	list = word_list_with("casino", word);
	assert(word_list_is_valid(list) && word_list_count(list) == 2 && word_list_has(list, word));
	alone = word_list_with(NULL, word);
	both = word_list_with(alone, "casino");
	assert(word_list_matches(list, text) == word_list_matches(both, text));
	less = word_list_without(list, word);
	assert(!less == (strcmp(word, "casino") == 0));
	assert(!word_list_matches(less, text) || word_list_matches(list, text));
	free(less);
	free(both);
	free(alone);
	free(list);
	free(word);
}

static void lower(char *text)
{
	for (; *text; text++)
		*text = text_lower(*text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint32_t match = size ? data[0] % 6 + 1 : 0;
	char *pattern = mem_text_n((const char *) data + !!size, size - !!size), *rest = pattern;
	struct buffer why = { 0 };

	text_split(&rest, '\n');
	if (match && rest && strlen(rest) <= MOST_TEXT) {
		if (filter_is_possible(match, FILTER_ACTION_BLOCK, pattern, &why)) {
			assert(!why.length);
			check_filter(match, pattern, rest);
			check_fingerprints(rest);
			check_words(pattern, rest);
			lower(pattern);
			lower(rest);
			check_sieve(pattern, rest);
		} else {
			assert(why.length);
		}
	}
	buffer_done(&why);
	free(pattern);
	return 0;
}
