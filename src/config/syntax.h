/* Whether a text is well-formed libconfig. libconfig opens files on @include, wraps large
 * numbers round, leaks on syntax errors and says only "syntax error"; so it only gets texts that
 * pass this check. */
#pragma once

#include <stdbool.h>

#include "config/problem.h"

/* False: the first mistake was added to the problems. */
bool syntax_check(const char *file, const char *text, struct problems *problems);

/* Can the byte be part of a name, a number or a boolean? */
bool syntax_is_word_byte(char byte);
