/* Waiting lines: for the scenario, or for the server. */
#pragma once

#include <stddef.h>

#include "world/outbox.h"

struct lines {
	char **items;
	size_t count;
	size_t next;
};

void lines_put(struct lines *lines, const char *bytes, size_t length);
void lines_put_log(struct lines *lines, const struct log_fields *log);
const char *lines_take(struct lines *lines); /* NULL: none left */
void lines_done(struct lines *lines);
