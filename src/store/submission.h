/* A request on its way to the writer and its answer on the way back. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/list.h"
#include "proto/store_row.h"
#include "store/answer.h"

struct submission {
	struct list in_queue;
	struct store_answer answer;
	uint64_t arrived_ms;
	size_t n_rows;
	size_t n_bytes; /* of all rows */
	char *bytes;
	struct store_row rows[]; /* their bytes are in those above */
};

/* Copies the rows. */
struct submission *submission_new(
	const struct store_key *key, const struct store_row *rows, size_t n_rows);
void submission_free(struct submission *submission); /* overwrites the rows' bytes */
void submissions_free(struct list *queue);	     /* all of them */
