/* Words that are looked for, as the index of words has them. */
#pragma once

#include <sqlite3.h>

#include "base/buffer.h"
#include "proto/history_row.h"

struct archive_words;

/* A result of SQLite. */
int archive_words_new(sqlite3 *handle, struct archive_words **ret_words);
void archive_words_free(struct archive_words *words); /* NULL is allowed */

/* Append an expression for MATCH that finds the rows with all words of the text, which have spaces
 * between; a star behind a word stands for any end. Appends nothing if the text has none. */
int archive_words_put(struct archive_words *words, struct piece text, struct buffer *out);
