/* How much the server was used since it started: each command, and connections. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/pack.h"

struct usage_row {
	char *name; /* of the command */
	uint64_t count;
	uint64_t bytes; /* of the lines */
};

struct usage {
	struct usage_row *rows; /* sorted by name */
	size_t n_rows;
	size_t counted; /* index of the last counted row, which is often the next one too */
	uint64_t n_connections;
};

void usage_done(struct usage *usage);
void usage_count(struct usage *usage, const char *command, size_t bytes);
void usage_count_connection(struct usage *usage);

void usage_save(struct buffer *out, uint16_t id, const struct usage *usage);
void usage_load(struct usage *usage, struct pack record);
