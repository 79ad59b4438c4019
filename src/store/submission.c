/* Owns the copies of rows. All bytes are in one piece of memory, which is overwritten at the end:
 * it holds verifiers. */
#include "store/submission.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

static size_t count_row_bytes(const struct store_row *rows, size_t n_rows)
{
	size_t n_bytes = 0;

	for (size_t i = 0; i < n_rows; i++)
		n_bytes += rows[i].length;
	return n_bytes;
}

struct submission *submission_new(
	const struct store_key *key, const struct store_row *rows, size_t n_rows)
{
	struct submission *submission = mem_new(sizeof(*submission) + n_rows * sizeof(*rows));
	char *at;

	list_init(&submission->in_queue);
	submission->answer.key = *key;
	submission->n_rows = n_rows;
	submission->n_bytes = count_row_bytes(rows, n_rows);
	submission->bytes = at = mem_space(submission->n_bytes);
	for (size_t i = 0; i < n_rows; i++) {
		submission->rows[i] = rows[i];
		submission->rows[i].bytes = at;
		if (rows[i].length)
			memcpy(at, rows[i].bytes, rows[i].length);
		at += rows[i].length;
	}
	return submission;
}

void submission_free(struct submission *submission)
{
	explicit_bzero(submission->bytes, submission->n_bytes);
	free(submission->bytes);
	free(submission);
}

void submissions_free(struct list *queue)
{
	struct submission *submission, *after;

	LIST_EACH_SAFE (submission, after, queue, in_queue) {
		list_remove(&submission->in_queue);
		submission_free(submission);
	}
}
