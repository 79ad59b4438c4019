/* Expectations of a scenario: * matches any text, \* a star, everything else itself. */
#pragma once

#include <stdbool.h>

bool pattern_matches(const char *pattern, const char *text);
