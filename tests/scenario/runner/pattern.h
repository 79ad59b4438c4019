/* What a scenario expects: * is any text, everything else itself. */
#pragma once

#include <stdbool.h>

bool pattern_matches(const char *pattern, const char *text);
