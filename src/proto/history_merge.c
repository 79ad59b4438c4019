/* Owns the merging of answers. Rows of each are in the order of their ids.
 *
 * An answer that was cut has a first or last row, beyond which nothing is known: rows of the other
 * one beyond that are left out, so that no gap is shown. */
#include "proto/history_merge.h"

#include <stdlib.h>

#include "base/cleanup.h"
#include "base/mem.h"

struct merged_row {
	uint64_t id;
	const void *bytes;
	size_t length;
	size_t n_shown_bytes;
};

/* One answer, or both. */
struct rows {
	struct merged_row *rows;
	size_t n;
	size_t capacity;
	bool has_more;
	bool is_partial;
};

static void rows_done(struct rows *rows)
{
	free(rows->rows);
}

static void add_merged(struct rows *rows, struct merged_row row)
{
	if (rows->n == rows->capacity) {
		rows->capacity = rows->capacity ? rows->capacity * 2 : 64;
		rows->rows = mem_resize(rows->rows, rows->capacity, sizeof(*rows->rows));
	}
	rows->rows[rows->n++] = row;
}

static void read_answer_rows(const struct buffer *answer, struct rows *rows)
{
	struct pack pack = pack_over(answer->bytes, answer->length);
	struct pack_field field;
	struct history_row row;

	while (pack_next(&pack, &field)) {
		if (field.id == HISTORY_ANSWER_MORE)
			rows->has_more = true;
		else if (field.id == HISTORY_ANSWER_PARTIAL)
			rows->is_partial = true;
		else if (field.id == HISTORY_ANSWER_ROW &&
			 history_row_load(pack_field_record(&field), &row))
			add_merged(rows, (struct merged_row){ row.id, field.bytes, field.length,
						 history_row_shown_bytes(&row, field.length) });
	}
}

static bool keeps_last_rows(const struct history_query *query)
{
	return query->kind == HISTORY_QUERY_LAST ||
	       ((query->kind == HISTORY_QUERY_TARGETS || query->kind == HISTORY_QUERY_SEARCH) &&
		       !query->is_forward);
}

/* Is the id beyond what a cut answer knows? */
static bool is_beyond(const struct rows *cut, uint64_t id, bool keeps_last)
{
	if (!cut->has_more || !cut->n)
		return false;
	return keeps_last ? id < cut->rows[0].id : id > cut->rows[cut->n - 1].id;
}

static void add_known(
	struct rows *both, const struct merged_row *row, const struct rows *other, bool keeps_last)
{
	if (is_beyond(other, row->id, keeps_last))
		both->has_more = true;
	else
		add_merged(both, *row);
}

static void merge_rows(
	const struct rows *one, const struct rows *other, bool keeps_last, struct rows *both)
{
	size_t i = 0, j = 0;

	while (i < one->n || j < other->n) {
		bool is_one = j == other->n || (i < one->n && one->rows[i].id < other->rows[j].id);

		if (is_one)
			add_known(both, &one->rows[i++], other, keeps_last);
		else
			add_known(both, &other->rows[j++], one, keeps_last);
	}
	both->has_more = both->has_more || one->has_more || other->has_more;
	both->is_partial = one->is_partial || other->is_partial;
}

/* As many as the question wants, of its kept end. */
static size_t count_wanted(
	const struct rows *rows, const struct history_query *query, bool keeps_last)
{
	struct history_room room = { 0 };
	size_t n = 0;

	while (n < rows->n && history_room_takes(&room, query,
				      rows->rows[keeps_last ? rows->n - 1 - n : n].n_shown_bytes))
		n++;
	return n;
}

static void put_merged_rows(const struct rows *rows, const struct history_query *query,
	bool keeps_last, struct buffer *out)
{
	size_t n = count_wanted(rows, query, keeps_last), first = keeps_last ? rows->n - n : 0;

	for (size_t i = first; i < first + n; i++)
		pack_bytes(out, HISTORY_ANSWER_ROW, rows->rows[i].bytes, rows->rows[i].length);
	if (rows->has_more || n < rows->n)
		pack_bytes(out, HISTORY_ANSWER_MORE, "", 0);
	if (rows->is_partial)
		pack_bytes(out, HISTORY_ANSWER_PARTIAL, "", 0);
}

void history_merge(const struct history_query *query, const struct buffer *one,
	const struct buffer *other, struct buffer *out)
{
	CLEANUP(rows_done) struct rows first = { 0 }, second = { 0 }, both = { 0 };
	bool keeps_last = keeps_last_rows(query);

	read_answer_rows(one, &first);
	read_answer_rows(other, &second);
	merge_rows(&first, &second, keeps_last, &both);
	put_merged_rows(&both, query, keeps_last, out);
}
