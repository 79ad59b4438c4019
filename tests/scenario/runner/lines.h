/* Waiting lines: for the scenario, or for the server. */
#pragma once

#include <stddef.h>

struct lines {
	char **items;
	size_t count;
	size_t next;
};

void lines_put(struct lines *lines, const char *bytes, size_t length);
const char *lines_take(struct lines *lines); /* NULL: none left */
void lines_done(struct lines *lines);
