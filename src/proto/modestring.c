/* Owns mode strings as text; the caller defines the letters. */
#include "proto/modestring.h"

#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/mem.h"
#include "base/text.h"

static bool wants_param(enum modestring_param param, bool is_set)
{
	switch (param) {
	case MODESTRING_PARAM_NONE:
		return false;
	case MODESTRING_PARAM_WHEN_SET:
		return is_set;
	case MODESTRING_PARAM_ALWAYS:
	case MODESTRING_PARAM_LIST:
		return true;
	}
	return false;
}

void modestring_words_init(struct modestring_words *words, const char *const *params)
{
	bool is_one = params[0] && strchr(params[0], ' ');
	char *rest = is_one ? mem_text(params[0]) : NULL, *word;
	size_t n = 0;

	words->copy = rest;
	while (n < MODESTRING_WORDS && (word = text_split(&rest, ' ')))
		if (*word)
			words->at[n++] = word;
	while (!is_one && n < MODESTRING_WORDS && *params)
		words->at[n++] = *params++;
	words->at[n] = NULL;
}

void modestring_words_done(struct modestring_words *words)
{
	free(words->copy);
}

static bool has_sign(const char *word)
{
	return *word == '+' || *word == '-';
}

size_t modestring_parse(const char *const *params, modestring_param_fn param_of,
	struct modestring_change *changes, size_t max)
{
	const char *const *next = params;
	const char *letters = *next;
	bool is_set = true;
	size_t n = 0;

	if (!letters)
		return 0;
	next++;
	for (; n < max; letters++) {
		if (!*letters && *next && has_sign(*next))
			letters = *next++;
		if (!*letters)
			break;
		if (has_sign(letters)) {
			is_set = *letters == '+';
			continue;
		}
		changes[n] = (struct modestring_change){ .is_set = is_set, .letter = *letters };
		if (wants_param(param_of(*letters), is_set) && *next)
			changes[n].param = *next++;
		n++;
	}
	return n;
}

void modestring_format(
	const struct modestring_change *changes, size_t n_changes, struct buffer *out)
{
	for (size_t i = 0; i < n_changes; i++) {
		if (i == 0 || changes[i].is_set != changes[i - 1].is_set)
			buffer_put_byte(out, changes[i].is_set ? '+' : '-');
		buffer_put_byte(out, changes[i].letter);
	}
	for (size_t i = 0; i < n_changes; i++)
		if (changes[i].param)
			buffer_format(out, " %s", changes[i].param);
}
