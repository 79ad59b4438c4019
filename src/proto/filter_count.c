/* Owns what filters that count look at in a text. */
#include "proto/filter_count.h"

#include <string.h>

#include "base/buffer.h"
#include "base/cleanup.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/text.h"
#include "proto/filter_text.h"
#include "proto/filter_words.h"

#define MOST_COUNT 100
#define MOST_SECONDS 3600
#define LEAST_LETTERS 16 /* "good morning all" is said again and again */
#define FINGERPRINT_LETTERS 24

static bool read_count(const char **at, uint32_t most, uint32_t *ret_number)
{
	uint32_t number = 0;

	if (!text_is_digit(**at))
		return false;
	for (; text_is_digit(**at) && number <= most; ++*at)
		number = number * 10 + (uint32_t) (**at - '0');
	*ret_number = number;
	return number && number <= most;
}

bool filter_count_parse(uint32_t match, const char *pattern, struct filter_count *ret_count)
{
	struct filter_count count = { 0 };

	if (!read_count(&pattern, MOST_COUNT, &count.most))
		return false;
	if (match == FILTER_MATCH_REPEAT &&
		(*pattern++ != '/' || !read_count(&pattern, MOST_SECONDS, &count.seconds)))
		return false;
	if (*pattern)
		return false;
	*ret_count = count;
	return true;
}

const char *filter_count_expected(uint32_t match)
{
	return match == FILTER_MATCH_REPEAT
		       ? "expected how often in how many seconds, up to \"100/3600\", such as "
			 "\"4/60\""
		       : "expected a number of members, 1 to 100, such as \"5\"";
}

/* Keeps letters, and all that is not ASCII. */
static size_t keep_letters(char *text)
{
	size_t n = 0;

	for (const char *at = text; *at; at++)
		if (text_is_letter(*at) || (unsigned char) *at >= 0x80)
			text[n++] = *at;
	text[n] = '\0';
	return n;
}

size_t filter_fingerprints(const char *text, uint64_t ret_fingerprints[FILTER_FINGERPRINTS])
{
	size_t length;
	CLEANUP(mem_freep) char *plain = filter_plain(text, &length);
	CLEANUP(mem_freep) char *letters = filter_alike(plain, length);
	size_t n_letters = keep_letters(letters);

	if (n_letters < LEAST_LETTERS)
		return 0;
	if (n_letters <= FINGERPRINT_LETTERS) {
		ret_fingerprints[0] = hash_bytes(letters, n_letters, 0, 0);
		return 1;
	}
	ret_fingerprints[0] = hash_bytes(letters, FINGERPRINT_LETTERS, 0, 0);
	ret_fingerprints[1] =
		hash_bytes(letters + n_letters - FINGERPRINT_LETTERS, FINGERPRINT_LETTERS, 0, 0);
	return 2;
}
