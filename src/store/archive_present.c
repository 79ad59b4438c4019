/* Owns the answer to an import's question: how many of its rows are there, and from which id on the
 * newest messages are that a channel keeps. */
#include "store/archive_present.h"

#include <stdlib.h>

#include "base/mem.h"
#include "store/archive_same.h"

static const char kept_text[] = "SELECT id FROM messages WHERE target = ?1 AND (verb > 2) = 0"
				" ORDER BY id DESC LIMIT 1 OFFSET ?2";

struct archive_present {
	sqlite3_stmt *same;
	sqlite3_stmt *kept;
};

int archive_present_new(sqlite3 *handle, struct archive_present **ret_present)
{
	struct archive_present *present = mem_new(sizeof(*present));
	int result = sqlite3_prepare_v3(
		handle, archive_same_text, -1, SQLITE_PREPARE_PERSISTENT, &present->same, NULL);

	if (result == SQLITE_OK)
		result = sqlite3_prepare_v3(handle, kept_text, sizeof(kept_text),
			SQLITE_PREPARE_PERSISTENT, &present->kept, NULL);
	if (result != SQLITE_OK) {
		archive_present_free(present);
		return result;
	}
	*ret_present = present;
	return SQLITE_OK;
}

void archive_present_free(struct archive_present *present)
{
	if (!present)
		return;
	sqlite3_finalize(present->same);
	sqlite3_finalize(present->kept);
	free(present);
}

/* 0: there are not so many messages. */
static int find_first_kept(
	struct archive_present *present, const struct history_query *query, uint64_t *ret_id)
{
	struct pack places = history_query_places(query);
	struct history_place place;
	int result;

	*ret_id = 0;
	if (!query->limit || !history_query_next_place(&places, &place))
		return SQLITE_OK;
	result = sqlite3_bind_int64(present->kept, 1, place.target);
	if (result == SQLITE_OK)
		result = sqlite3_bind_int64(present->kept, 2, (sqlite3_int64) query->limit - 1);
	if (result == SQLITE_OK)
		result = sqlite3_step(present->kept);
	if (result == SQLITE_ROW)
		*ret_id = (uint64_t) sqlite3_column_int64(present->kept, 0);
	(void) sqlite3_reset(present->kept);
	return result == SQLITE_ROW || result == SQLITE_DONE ? SQLITE_OK : result;
}

/* Of the rows. */
struct present_counts {
	uint64_t n_there;
	uint64_t n_too_old; /* they would be removed again */
};

static int count_rows_there(struct archive_present *present, struct pack rows, uint64_t first,
	struct present_counts *ret_counts)
{
	struct history_request request;
	struct pack_field field;
	int result = SQLITE_OK;
	int64_t n_rows;

	while (result == SQLITE_OK && pack_next(&rows, &field)) {
		if (!history_request_load(&field, &request))
			continue;
		result = archive_same_count(present->same, &request.row, &n_rows);
		if (request.row.id < first)
			ret_counts->n_too_old++;
		else
			ret_counts->n_there += (uint64_t) n_rows > request.number;
	}
	return result;
}

int archive_present_read(
	struct archive_present *present, const struct history_query *query, struct buffer *out)
{
	struct pack rows = pack_over(query->words.bytes, query->words.length);
	struct present_counts counts = { 0 };
	uint64_t first;
	int result = find_first_kept(present, query, &first);

	if (result == SQLITE_OK)
		result = count_rows_there(present, rows, first, &counts);
	if (result != SQLITE_OK)
		return result;
	pack_u64(out, HISTORY_ANSWER_PRESENT, counts.n_there);
	pack_u64(out, HISTORY_ANSWER_KEPT, first);
	pack_u64(out, HISTORY_ANSWER_TOO_OLD, counts.n_too_old);
	return SQLITE_OK;
}
