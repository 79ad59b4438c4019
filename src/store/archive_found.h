/* The rows that a question has found, until its answer is put together. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "proto/history_query.h"

/* A row of the answer, which is a record in `rows`. */
struct found_row {
	uint64_t id;
	size_t at;
	size_t length;
	size_t n_shown_bytes; /* about so many that a client is sent */
};

struct archive_found {
	struct buffer rows;
	struct found_row *list;
	size_t n;
	size_t capacity;
	bool has_more;
	uint64_t last_id; /* of the rows in the answer; 0: there are none */
};

void archive_found_done(struct archive_found *found);
void archive_found_add(struct archive_found *found, const struct history_row *row);
/* All rows are forgotten, and what was put stays. */
void archive_found_forget(struct archive_found *found);
/* When there are many, keep what the answer may have, and one more. */
void archive_found_limit(
	struct archive_found *found, const struct history_query *query, bool keeps_last);
/* The rows so far, in order; those that are too many go, at the start or at the end. */
void archive_found_put(struct archive_found *found, const struct history_query *query,
	bool keeps_last, struct buffer *out);
