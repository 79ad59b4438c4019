/* Filters that count: how many members a message mentions, and how often nearly the same text is
 * said. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct filter_count {
	uint32_t most;	  /* more than this many */
	uint32_t seconds; /* of repetitions: each within that time of the one before */
};

/* "5" for mentions, "4/60" for repetitions. False: the pattern is none. */
bool filter_count_parse(uint32_t match, const char *pattern, struct filter_count *ret_count);
/* What it should have been; text that never changes. */
const char *filter_count_expected(uint32_t match);

/* Texts count as nearly the same if one of their fingerprints is. A text has up to two: of its
 * first letters and of its last, as spammers vary the rest. Digits, spaces, punctuation, accents
 * and similar letters do not count. Returns their number; 0: the text is too short. */
#define FILTER_FINGERPRINTS 2
size_t filter_fingerprints(const char *text, uint64_t ret_fingerprints[FILTER_FINGERPRINTS]);
