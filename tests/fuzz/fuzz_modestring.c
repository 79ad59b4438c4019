/* Any words as a mode string and its parameters: no parameter is used twice or out of order, and
 * formatted changes parse as the same changes. */
#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/mem.h"
#include "base/text.h"
#include "proto/modestring.h"

#define WORDS 20
#define CHANGES 64

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Distributes all kinds over the letters. */
static enum modestring_param param_of(char letter)
{
	return (enum modestring_param)((unsigned char) letter % 4);
}

static bool wants_param(const struct modestring_change *change)
{
	enum modestring_param param = param_of(change->letter);

	if (param == MODESTRING_PARAM_WHEN_SET)
		return change->is_set;
	return param != MODESTRING_PARAM_NONE;
}

/* Words between spaces, none of them empty, ended by NULL. */
static void split_words(char *text, const char *words[WORDS + 1])
{
	size_t n = 0;
	char *word;

	while (n < WORDS && (word = text_split(&text, ' ')))
		if (*word)
			words[n++] = word;
	words[n] = NULL;
}

/* Skips the signs, possibly into the next words; an empty text at the end. */
static const char *next_letter(const char *letters, const char *const **words)
{
	for (;;) {
		letters += strspn(letters, "+-");
		if (*letters || !**words || (***words != '+' && ***words != '-'))
			return letters;
		letters = *(*words)++;
	}
}

static void check_changes(
	const char *const *words, const struct modestring_change *changes, size_t n_changes)
{
	const char *letters = *words ? *words++ : "";

	for (size_t i = 0; i < n_changes; i++) {
		letters = next_letter(letters, &words);
		assert(changes[i].letter && changes[i].letter == *letters++);
		if (wants_param(&changes[i]))
			assert(changes[i].param == (*words ? *words++ : NULL));
		else
			assert(!changes[i].param);
	}
	assert(n_changes == CHANGES || !*next_letter(letters, &words));
}

static void check_round(const struct modestring_change *changes, size_t n_changes)
{
	struct modestring_change again[CHANGES];
	const char *words[WORDS + 1];
	struct buffer text = { 0 };
	size_t n_again;

	modestring_format(changes, n_changes, &text);
	split_words(text.bytes, words);
	n_again = modestring_parse(words, param_of, again, CHANGES);
	assert(n_again == n_changes);
	for (size_t i = 0; i < n_changes; i++) {
		assert(again[i].letter == changes[i].letter);
		assert(again[i].is_set == changes[i].is_set);
		assert(!again[i].param == !changes[i].param);
		assert(!again[i].param || strcmp(again[i].param, changes[i].param) == 0);
	}
	buffer_done(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = mem_text_n((const char *) data, size);
	struct modestring_change changes[CHANGES];
	const char *words[WORDS + 1];
	size_t n_changes;

	split_words(text, words);
	for (size_t max = 0; max < 3; max++)
		assert(modestring_parse(words, param_of, changes, max) <= max);
	n_changes = modestring_parse(words, param_of, changes, CHANGES);
	check_changes(words, changes, n_changes);
	check_round(changes, n_changes);
	free(text);
	return 0;
}
