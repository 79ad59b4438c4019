/* The words of a text, as the index of history has them. */
#pragma once

#include "base/buffer.h"

/* Append the words with spaces between: letters, digits and marks, as SQLite's tokenizer unicode61
 * separates them. A star behind a word stays: it stands for any end. Bytes that are not UTF-8
 * separate words. */
void search_words_put(const char *text, struct buffer *out);
