/* All filters of the server, ready to be matched with a text. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/filter_regex.h"
#include "proto/filter_words.h"

struct filter_set;

struct filter_set *filter_set_new(void);
void filter_set_free(struct filter_set *set); /* NULL is allowed */

/* Add a pattern that is possible; the id is the caller's. Filters that count are left out. */
void filter_set_add(
	struct filter_set *set, const char *pattern, uint32_t match, uint32_t places, size_t id);

/* Called once for each filter that matches, or whose expression reached its limit. */
typedef void (*filter_set_fn)(void *data, size_t id, enum filter_result result);

/* Formatting, case and compatibility forms of the text do not count. */
void filter_set_match(struct filter_set *set, uint32_t places, const char *text,
	filter_set_fn on_result, void *data);

/* The text without formatting and without what the pattern, a literal or regex, matches; the caller
 * frees. NULL: nothing could be removed. */
char *filter_strip(const char *pattern, uint32_t match, const char *text);
