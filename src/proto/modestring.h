/* Parsing "+ov-b ana bea *!*@x". Modern IRC, "MODE message". */
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum modestring_param {
	MODESTRING_PARAM_NONE, /* also for unknown letters */
	MODESTRING_PARAM_WHEN_SET,
	MODESTRING_PARAM_ALWAYS,
	MODESTRING_PARAM_LIST, /* always; without one the list is requested */
};

struct modestring_change {
	bool is_set; /* + or - */
	char letter;
	const char *param; /* NULL: not needed, or missing */
};

typedef enum modestring_param (*modestring_param_fn)(char letter);

/* The words of a mode string and its parameters. Some clients send all of them as one, behind a
 * colon: "MODE #a :+o-i ana". */
#define MODESTRING_WORDS 64 /* the rest of a line is ignored */
struct modestring_words {
	char *copy;			      /* owned; NULL: the words are unchanged */
	const char *at[MODESTRING_WORDS + 1]; /* NULL behind the last */
};

void modestring_words_init(struct modestring_words *words, const char *const *params);
void modestring_words_done(struct modestring_words *words);

/* Parse at most max changes; returns their number. A change whose parameter is missing has NULL.
 * RFC 2812 3.2.3: a word that begins with a sign and is no parameter is another mode string. */
size_t modestring_parse(const char *const *params, modestring_param_fn param_of,
	struct modestring_change *changes, size_t max);

/* Collects changes and writes them as the shortest mode string: "+ov-b ana bea *!*@x". */
struct buffer;
void modestring_format(
	const struct modestring_change *changes, size_t n_changes, struct buffer *out);
