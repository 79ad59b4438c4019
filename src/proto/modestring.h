/* Taking "+ov-b ana bea *!*@x" apart. Modern IRC, "MODE message". */
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum modestring_param {
	MODESTRING_PARAM_NONE, /* also for letters nobody knows */
	MODESTRING_PARAM_WHEN_SET,
	MODESTRING_PARAM_ALWAYS,
	MODESTRING_PARAM_LIST, /* always; and without one the list is asked for */
};

struct modestring_change {
	bool is_set; /* + or - */
	char letter;
	const char *param; /* NULL: none needed, or none given */
};

typedef enum modestring_param (*modestring_param_fn)(char letter);

/* The words of a mode string and its parameters. Some clients send all of them as one, behind a
 * colon: "MODE #a :+o-i ana". */
#define MODESTRING_WORDS 64 /* the rest of a line is ignored */
struct modestring_words {
	char *copy;			      /* owned; NULL: they are as they came */
	const char *at[MODESTRING_WORDS + 1]; /* NULL behind the last */
};

void modestring_words_init(struct modestring_words *words, const char *const *params);
void modestring_words_done(struct modestring_words *words);

/* At most max changes; the number of them. A change that needs a parameter and finds
 * none left is given with NULL. RFC 2812 3.2.3: a word that begins with a sign and is no
 * parameter is another mode string. */
size_t modestring_parse(const char *const *params, modestring_param_fn param_of,
	struct modestring_change *changes, size_t max);

/* Collects changes and writes them as the shortest mode string: "+ov-b ana bea *!*@x". */
struct buffer;
void modestring_format(
	const struct modestring_change *changes, size_t n_changes, struct buffer *out);
