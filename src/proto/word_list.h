/* Lists of words that may not be said: one text, with a word in each line. Words are stored as
 * filter_fold() leaves them, and where filter_alike() makes something else of it, that follows
 * after a tab. So case, accents and letters that look alike do not count.
 *
 * A word, or several with spaces between them, stands alone in the text; a star at its beginning or
 * end stands for the rest of the word there. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#define WORD_LIST_WORD_BYTES 60

/* The word without case, owned by the caller; NULL: it is none, or too long. */
char *word_list_word(const char *given);
/* Does it consist of words as word_list_word() makes them? NULL is an empty list. */
bool word_list_is_valid(const char *list);
size_t word_list_count(const char *list);
/* The next word, owned by the caller, and moves on to the one after it; NULL: that was all. */
char *word_list_next(const char **list);
bool word_list_has(const char *list, const char *word);

/* The list with the word, or without it; owned by the caller. NULL: the list is empty. */
char *word_list_with(const char *list, const char *word);
char *word_list_without(const char *list, const char *word);

/* Does the text, as a client sent it, contain a word of the list? */
bool word_list_matches(const char *list, const char *text);
