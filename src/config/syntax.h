/* Whether a text is well-formed libconfig. libconfig opens files on @include, wraps large
 * numbers round, leaks on syntax errors and says only "syntax error"; so it is given
 * nothing that has not passed here. */
#pragma once

#include <stdbool.h>

#include "config/problem.h"

/* False: one problem, the first, was added. */
bool syntax_check(const char *file, const char *text, struct problems *problems);

/* A byte of a name, a number or a truth value. */
bool syntax_is_word_byte(char byte);
