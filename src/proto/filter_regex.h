/* Regular expressions of filters, with PCRE2: a pure function of the pattern and the text.
 *
 * There is no JIT and no clock: an expression that takes long reaches a limit of steps, so that a
 * replay of the same event comes to the same result. Texts are valid UTF-8. Case is ignored unless
 * the pattern says otherwise, and a dot also matches the line breaks of joined messages. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"

struct filter_regex;

/* NULL: the pattern is malformed, and why says where. A literal pattern has no operators. */
struct filter_regex *filter_regex_new(const char *pattern, bool is_literal, struct buffer *why);
void filter_regex_free(struct filter_regex *regex); /* NULL is allowed */

/* How many items of the pattern are compared with an ordinary text of 100 bytes at worst: without
 * a clock, a measure of its time. A malformed pattern costs nothing. */
#define FILTER_REGEX_MOST_COST 50 /* about a microsecond */
uint32_t filter_regex_cost(const char *pattern);

/* What is needed to match expressions with one text, which must outlive it. */
struct filter_work;
struct filter_work *filter_work_new(const char *text, size_t length);
void filter_work_free(struct filter_work *work); /* NULL is allowed */

enum filter_result {
	FILTER_RESULT_NO,
	FILTER_RESULT_YES,
	FILTER_RESULT_LIMIT, /* it took too many steps, or too much memory */
};

enum filter_result filter_regex_match(const struct filter_regex *regex, struct filter_work *work);

/* The text without all that matches, which the caller frees; NULL: it took too long. */
char *filter_regex_strip(const struct filter_regex *regex, struct filter_work *work);
