/* What may go to a terminal. Nicknames, topics and messages are chosen by strangers, and so are the
 * names in a database of another server: none of them may move the cursor, change the colours or
 * the title of the terminal, or turn the direction of the text. */
#pragma once

#include <jansson.h>
#include <stdio.h>

#include "base/buffer.h"

/* Append the text, with question marks for characters that are not shown. */
void shown_put(struct buffer *out, const char *text);
/* Print sentences, each on a line. */
void shown_print(FILE *out, const char *sentences);
/* As printf() does, with question marks likewise; line feeds stay. */
void shown_format(FILE *out, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Print a value and a line feed; the flags are those of json_dumps(). What JSON leaves as it is,
 * and a terminal obeys, is escaped: a reader of the JSON gets the same texts. */
void shown_print_json(FILE *out, const json_t *value, size_t flags);
