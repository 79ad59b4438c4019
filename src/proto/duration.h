/* Durations that operators type: "30" means minutes, "1d12h" a day and a half. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define DURATION_TEXT_BYTES 32

/* Digits alone are minutes; otherwise each number has a unit: y w d h m s. 0 means no end. False:
 * not a duration, or longer than a hundred years. */
bool duration_parse(const char *text, uint64_t *ret_ms);

/* "1d12h", in whole seconds and at most three units. */
void duration_format(uint64_t ms, char text[DURATION_TEXT_BYTES]);
