/* Owns the walk along all rows: no index leads to an author. Each question looks at some rows only,
 * and the answer says how far it came, so that questions of others are answered between. */
#include "store/archive_author.h"

#include <stdlib.h>

#include "base/mem.h"
#include "store/archive_columns.h"

/* Some milliseconds. */
#define LOOKED_AT_ONCE 10000

struct archive_author {
	sqlite3_stmt *walk;
	sqlite3_stmt *read;
};

static const char walk_text[] = "SELECT id, author FROM messages WHERE id > ?1 AND id < ?2"
				" ORDER BY id LIMIT ?3";
static const char read_text[] = "SELECT " ARCHIVE_COLUMNS " FROM messages WHERE id = ?1";

int archive_author_new(sqlite3 *handle, struct archive_author **ret_author)
{
	struct archive_author *author = mem_new(sizeof(*author));
	int result = sqlite3_prepare_v3(handle, walk_text, sizeof(walk_text),
		SQLITE_PREPARE_PERSISTENT, &author->walk, NULL);

	if (result == SQLITE_OK)
		result = sqlite3_prepare_v3(handle, read_text, sizeof(read_text),
			SQLITE_PREPARE_PERSISTENT, &author->read, NULL);
	if (result != SQLITE_OK) {
		archive_author_free(author);
		return result;
	}
	*ret_author = author;
	return SQLITE_OK;
}

void archive_author_free(struct archive_author *author)
{
	if (!author)
		return;
	sqlite3_finalize(author->walk);
	sqlite3_finalize(author->read);
	free(author);
}

static void name_row(const struct history_query *query, struct history_row *row)
{
	struct pack places = history_query_places(query);
	struct history_place place;

	while (history_query_next_place(&places, &place))
		if (place.target == row->target)
			row->name = place.name;
}

static int put_row_of_author(struct archive_author *author, const struct history_query *query,
	sqlite3_int64 id, struct buffer *out)
{
	struct history_row row;
	int result;

	result = sqlite3_bind_int64(author->read, 1, id);
	if (result == SQLITE_OK)
		result = sqlite3_step(author->read);
	if (result == SQLITE_ROW) {
		row = archive_row_of(author->read);
		name_row(query, &row);
		history_row_save(out, HISTORY_ANSWER_ROW, &row);
	}
	(void) sqlite3_reset(author->read);
	return result == SQLITE_ROW || result == SQLITE_DONE ? SQLITE_OK : result;
}

/* The rest of the rows is asked for with the next question. */
static bool is_part_full(const struct history_query *query, uint32_t n_rows, size_t n_bytes)
{
	return n_rows >= query->limit || (query->most_bytes && n_bytes >= query->most_bytes);
}

struct walk {
	sqlite3_int64 looked; /* the last id; 0: none */
	uint32_t n_looked;
	uint32_t n_rows;
	bool is_cut; /* the part is full, or took too long */
};

static int walk_rows(struct archive_author *author, const struct history_query *query,
	struct walk *walk, struct buffer *out)
{
	size_t before = out->length;
	int result = SQLITE_ROW;

	while (!walk->is_cut && (result = sqlite3_step(author->walk)) == SQLITE_ROW) {
		sqlite3_int64 id = sqlite3_column_int64(author->walk, 0);

		if ((uint64_t) sqlite3_column_int64(author->walk, 1) == query->author) {
			result = put_row_of_author(author, query, id, out);
			if (result != SQLITE_OK)
				break;
			walk->is_cut = is_part_full(query, ++walk->n_rows, out->length - before);
		}
		walk->looked = id;
		walk->n_looked++;
	}
	(void) sqlite3_reset(author->walk);
	if ((result & 0xff) != SQLITE_INTERRUPT || !walk->looked)
		return result == SQLITE_ROW || result == SQLITE_DONE ? SQLITE_OK : result;
	walk->is_cut = true;
	return SQLITE_OK;
}

static int bind_walk(struct archive_author *author, const struct history_query *query)
{
	int result = sqlite3_bind_int64(author->walk, 1, (sqlite3_int64) query->after);

	if (result == SQLITE_OK)
		result = sqlite3_bind_int64(
			author->walk, 2, query->before ? (sqlite3_int64) query->before : INT64_MAX);
	if (result == SQLITE_OK)
		result = sqlite3_bind_int64(author->walk, 3, LOOKED_AT_ONCE);
	return result;
}

int archive_author_read(
	struct archive_author *author, const struct history_query *query, struct buffer *out)
{
	struct walk walk = { 0 };
	int result;

	if (!query->author)
		return SQLITE_OK;
	result = bind_walk(author, query);
	if (result == SQLITE_OK)
		result = walk_rows(author, query, &walk, out);
	if (result != SQLITE_OK)
		return result;
	if (walk.looked)
		pack_u64(out, HISTORY_ANSWER_LOOKED, (uint64_t) walk.looked);
	if (walk.is_cut || walk.n_looked == LOOKED_AT_ONCE)
		pack_bytes(out, HISTORY_ANSWER_MORE, "", 0);
	return SQLITE_OK;
}
