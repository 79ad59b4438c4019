/* How long something of an operator's lasts: "30" are minutes, "1d12h" is what it says. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define DURATION_TEXT_BYTES 32

/* Digits alone are minutes; else numbers with a unit each: y w d h m s. 0 has no end. False: is
 * not a duration, or is longer than a hundred years. */
bool duration_parse(const char *text, uint64_t *ret_ms);

/* "1d12h", in whole seconds and the three largest units that it has. */
void duration_format(uint64_t ms, char text[DURATION_TEXT_BYTES]);
