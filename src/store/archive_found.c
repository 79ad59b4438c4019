/* Owns the order of the rows that were found, and which of them the answer has room for. */
#include "store/archive_found.h"

#include <stdlib.h>

#include "base/cleanup.h"
#include "base/mem.h"

/* Rows beyond the limit, before those that are too many go. */
#define MOST_SURPLUS 1000

void archive_found_done(struct archive_found *found)
{
	buffer_done(&found->rows);
	free(found->list);
}

void archive_found_add(struct archive_found *found, const struct history_row *row)
{
	size_t at = found->rows.length, length;

	if (found->n == found->capacity) {
		found->capacity = found->capacity ? found->capacity * 2 : 64;
		found->list = mem_resize(found->list, found->capacity, sizeof(*found->list));
	}
	history_row_save(&found->rows, HISTORY_ANSWER_ROW, row);
	length = found->rows.length - at;
	found->list[found->n++] =
		(struct found_row){ row->id, at, length, history_row_shown_bytes(row, length) };
}

void archive_found_forget(struct archive_found *found)
{
	buffer_clear(&found->rows);
	found->n = 0;
}

static int compare_rows(const void *left, const void *right)
{
	const struct found_row *a = left, *b = right;

	return a->id < b->id ? -1 : a->id > b->id;
}

static void sort_found(struct archive_found *found)
{
	if (found->n)
		qsort(found->list, found->n, sizeof(*found->list), compare_rows);
}

void archive_found_limit(
	struct archive_found *found, const struct history_query *query, bool keeps_last)
{
	const size_t most = (size_t) query->limit + 1;
	struct buffer kept = { 0 };
	size_t first;

	if (found->n < most + MOST_SURPLUS)
		return;
	sort_found(found);
	first = keeps_last ? found->n - most : 0;
	for (size_t i = 0; i < most; i++) {
		struct found_row row = found->list[first + i];

		buffer_put(&kept, found->rows.bytes + row.at, row.length);
		row.at = kept.length - row.length;
		found->list[i] = row;
	}
	found->n = most;
	buffer_done(&found->rows);
	found->rows = kept;
}

/* How many rows the answer has room for, from its kept end. */
static size_t count_fitting_rows(
	const struct archive_found *found, const struct history_query *query, bool keeps_last)
{
	struct history_room room = { 0 };
	size_t n = 0;

	while (n < found->n &&
		history_room_takes(
			&room, query, found->list[keeps_last ? found->n - 1 - n : n].n_shown_bytes))
		n++;
	return n;
}

void archive_found_put(struct archive_found *found, const struct history_query *query,
	bool keeps_last, struct buffer *out)
{
	size_t n, first;

	sort_found(found);
	n = count_fitting_rows(found, query, keeps_last);
	first = keeps_last ? found->n - n : 0;
	for (size_t i = first; i < first + n; i++)
		buffer_put(out, found->rows.bytes + found->list[i].at, found->list[i].length);
	found->has_more = found->has_more || n < found->n;
	found->last_id = n ? found->list[first + n - 1].id : found->last_id;
}
