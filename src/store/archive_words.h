/* Words that are looked for, as the index of words has them. */
#pragma once

#include <sqlite3.h>
#include <stdbool.h>

#include "base/buffer.h"
#include "proto/history_row.h"

struct archive_words;

/* A result of SQLite. */
int archive_words_new(sqlite3 *handle, struct archive_words **ret_words);
void archive_words_free(struct archive_words *words); /* NULL is allowed */

/* What the index is made of; at first, words. */
void archive_words_set(struct archive_words *words, bool is_trigram);
/* Does an index of that find exactly the rows that have the words? */
bool archive_words_are_exact(const struct archive_words *words);

/* Append an expression for MATCH that finds the rows with all words of the text, which have spaces
 * between; a star behind a word stands for any end. Appends nothing if the text has none. */
/* Trigrams: nothing, if no word has three characters. */
int archive_words_put(struct archive_words *words, struct piece text, struct buffer *out);
/* Does a row that has all trigrams of the words have the words? An index of words is exact. */
bool archive_words_are_in(struct archive_words *words, struct piece searched, struct piece text);
