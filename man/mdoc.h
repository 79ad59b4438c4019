/* Writes texts of tables to standard output, in mdoc(7). */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* Fill lines; in the manual each sentence begins a line, in the catalog only the first. */
void mdoc_put_filled(const char *text, bool is_manual);
void mdoc_put_text(const char *text);
/* Make a sentence of words by adding a capital and a full stop. */
void mdoc_put_sentence(const char *words);
/* Behind another macro of the line: a macro with one argument. */
void mdoc_put_argument(const char *macro, const char *text, size_t length);
/* "<target>{,<target>} [<text>]": names in <> are placeholders. */
void mdoc_put_usage(const char *usage);
