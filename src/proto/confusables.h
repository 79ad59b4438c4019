/* Letters that look like Latin ones. */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct confusable {
	uint16_t character; /* one that no Unicode normalisation replaces */
	char latin[3];
};

/* Sorted by character. */
const struct confusable *confusables_all(size_t *ret_count);

/* What the character looks like, in ASCII; NULL: nothing else. */
const char *confusables_find(uint32_t character);
