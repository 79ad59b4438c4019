/* Letters that look like Latin ones. */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct confusable {
	uint16_t character; /* that no Unicode normalisation turns into what it looks like */
	char latin[3];
};

/* Sorted by character. */
const struct confusable *confusables_all(size_t *ret_count);

/* What it looks like, in ASCII; NULL: like nothing else. */
const char *confusables_find(uint32_t character);
