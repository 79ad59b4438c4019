/* What may follow on the command line, for shells. */
#pragma once

#include <stddef.h>

/* Print the candidates for the last word, one a line; ":files": the name of a file. The words
 * before it are complete. 0, or a status of sysexits.h. */
int complete_words(const char *program, size_t n_words, char **words);
