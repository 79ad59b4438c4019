/* Owns the statements that read the history.
 *
 * A question may be about several conversations: the rows of each are found by the index of its
 * own, newest or oldest first, and merged here. Words that are looked for are those of the index,
 * which knows no conversations: what the asker may not see is left out row by row, and time is what
 * bounds that. */
#include "store/archive_reader.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "store/archive_author.h"
#include "store/archive_columns.h"
#include "store/archive_context.h"
#include "store/archive_index.h"
#include "store/archive_words.h"
#include "store/thread.h"

#define STEPS_BETWEEN_LOOKS 256 /* of SQLite's machine; a page of the index counts a few */
#define MOST_CONVERSATIONS 1000

/* CROSS: in this order, so that the first rows come before the last are found. */
#define SEARCH                                                                                     \
	"SELECT " ARCHIVE_COLUMNS                                                                  \
	" FROM words CROSS JOIN messages ON messages.number = words.rowid"                         \
	" WHERE words MATCH ?1 AND words.rowid > ?2 AND words.rowid < ?3"                          \
	" AND messages.id > ?4 AND messages.id < ?5"
#define OF_TARGET                                                                                  \
	"target = ?1 AND (verb > 2) = ?4 AND id > ?2 AND id < ?3 AND heard IS NOT ?5"              \
	" AND (?7 >> verb & 1) = 0"

enum reader_statement {
	READER_STATEMENT_LAST,
	READER_STATEMENT_FIRST,
	READER_STATEMENT_NEWEST,
	READER_STATEMENT_CONVERSATIONS,
	READER_STATEMENT_CONVERSATION,
	READER_STATEMENT_NUMBER_BEFORE,
	READER_STATEMENT_NUMBER_AFTER,
	READER_STATEMENT_SEARCH_LAST,
	READER_STATEMENT_SEARCH_FIRST,
};
#define READER_STATEMENTS (READER_STATEMENT_SEARCH_FIRST + 1)

static const char *const reader_texts[READER_STATEMENTS] = {
	[READER_STATEMENT_LAST] = "SELECT " ARCHIVE_COLUMNS " FROM messages WHERE " OF_TARGET
				  " ORDER BY id DESC LIMIT ?6",
	[READER_STATEMENT_FIRST] =
		"SELECT " ARCHIVE_COLUMNS " FROM messages WHERE " OF_TARGET " ORDER BY id LIMIT ?6",
	[READER_STATEMENT_NEWEST] =
		"SELECT id FROM messages WHERE " OF_TARGET " ORDER BY id DESC LIMIT 1",
	[READER_STATEMENT_CONVERSATIONS] =
		"SELECT target, name FROM conversations WHERE owner = ?1 AND last > ?2"
		" ORDER BY last DESC LIMIT ?3",
	[READER_STATEMENT_CONVERSATION] =
		"SELECT name FROM conversations WHERE owner = ?1 AND target = ?2",
	[READER_STATEMENT_NUMBER_BEFORE] = "SELECT number FROM messages NOT INDEXED WHERE id <= ?1"
					   " AND number IS NOT NULL ORDER BY id DESC LIMIT 1",
	[READER_STATEMENT_NUMBER_AFTER] = "SELECT number FROM messages NOT INDEXED WHERE id >= ?1"
					  " AND number IS NOT NULL ORDER BY id LIMIT 1",
	[READER_STATEMENT_SEARCH_LAST] = SEARCH " ORDER BY words.rowid DESC",
	[READER_STATEMENT_SEARCH_FIRST] = SEARCH " ORDER BY words.rowid",
};

/* A row of the answer, which is a record in reader->rows. */
struct found_row {
	uint64_t id;
	size_t at;
	size_t length;
	size_t n_shown_bytes; /* about so many that a client is sent */
};

struct archive_reader {
	sqlite3 *handle;
	sqlite3_stmt *statements[READER_STATEMENTS];
	struct archive_words *words;
	struct archive_author *author;
	struct archive_context *context;
	uint64_t deadline_ms;
	int failure; /* the first of this question, where it could not be returned */
	struct buffer rows;
	struct found_row *found;
	size_t n_found;
	size_t capacity;
	bool is_partial;
	bool has_more;
	uint64_t last_id; /* of the rows in the answer; 0: there are none */
};

static int on_progress(void *data)
{
	const struct archive_reader *reader = data;

	return thread_now_ms() >= reader->deadline_ms;
}

int archive_reader_new(sqlite3 *handle, struct archive_reader **ret_reader)
{
	struct archive_reader *reader = mem_new(sizeof(*reader));
	int result = SQLITE_OK;

	reader->handle = handle;
	for (size_t i = 0; i < READER_STATEMENTS && result == SQLITE_OK; i++)
		result = sqlite3_prepare_v3(handle, reader_texts[i], -1, SQLITE_PREPARE_PERSISTENT,
			&reader->statements[i], NULL);
	if (result == SQLITE_OK)
		result = archive_words_new(handle, &reader->words);
	if (result == SQLITE_OK)
		result = archive_author_new(handle, &reader->author);
	if (result == SQLITE_OK)
		result = archive_context_new(handle, &reader->context);
	if (result != SQLITE_OK) {
		archive_reader_free(reader);
		return result;
	}
	*ret_reader = reader;
	return SQLITE_OK;
}

void archive_reader_free(struct archive_reader *reader)
{
	if (!reader)
		return;
	for (size_t i = 0; i < READER_STATEMENTS; i++)
		sqlite3_finalize(reader->statements[i]);
	archive_words_free(reader->words);
	archive_author_free(reader->author);
	archive_context_free(reader->context);
	buffer_done(&reader->rows);
	free(reader->found);
	free(reader);
}

static void note_reader_result(struct archive_reader *reader, int result)
{
	if (reader->failure == SQLITE_OK && result != SQLITE_ROW && result != SQLITE_DONE)
		reader->failure = result;
}

static void bind_reader_number(
	struct archive_reader *reader, sqlite3_stmt *statement, int at, sqlite3_int64 number)
{
	note_reader_result(reader, sqlite3_bind_int64(statement, at, number));
}

/* A statement without one of its parameters would find something else. */
static int step_reader(struct archive_reader *reader, sqlite3_stmt *statement)
{
	return reader->failure == SQLITE_OK ? sqlite3_step(statement) : reader->failure;
}

static void note_found(struct archive_reader *reader, const struct history_row *row)
{
	size_t at = reader->rows.length, length;

	if (reader->n_found == reader->capacity) {
		reader->capacity = reader->capacity ? reader->capacity * 2 : 64;
		reader->found = mem_resize(reader->found, reader->capacity, sizeof(*reader->found));
	}
	history_row_save(&reader->rows, HISTORY_ANSWER_ROW, row);
	length = reader->rows.length - at;
	reader->found[reader->n_found++] =
		(struct found_row){ row->id, at, length, history_row_shown_bytes(row, length) };
}

/* When the time is up, what was found counts. */
static int end_reading(struct archive_reader *reader, sqlite3_stmt *statement, int result)
{
	(void) sqlite3_reset(statement);
	(void) sqlite3_clear_bindings(statement);
	if ((result & 0xff) == SQLITE_INTERRUPT) {
		reader->is_partial = true;
		return SQLITE_OK;
	}
	return result == SQLITE_ROW || result == SQLITE_DONE ? SQLITE_OK : result;
}

/* Ids between which the rows of a place are, both excluded. */
struct bounds {
	uint64_t after;
	uint64_t before;
	bool are_events; /* or messages */
};

static struct bounds bounds_of(const struct history_query *query, const struct history_place *place)
{
	uint64_t first = place->since ? place->since - 1 : 0;
	uint64_t after = query->after > first ? query->after : first;
	bool is_open = !query->before || query->before > INT64_MAX;

	/* SQLite's numbers have a sign: a larger one would be negative, and before all messages. */
	return (struct bounds){
		after < INT64_MAX ? after : INT64_MAX,
		is_open ? INT64_MAX : query->before,
		false,
	};
}

/* Of the messages, or of the events. */
static void bind_place(struct archive_reader *reader, sqlite3_stmt *statement,
	const struct history_query *query, const struct history_place *place, struct bounds bounds)
{
	bind_reader_number(reader, statement, 1, place->target);
	bind_reader_number(reader, statement, 2, (sqlite3_int64) bounds.after);
	bind_reader_number(reader, statement, 3, (sqlite3_int64) bounds.before);
	bind_reader_number(reader, statement, 4, bounds.are_events);
	bind_reader_number(reader, statement, 5, (sqlite3_int64) query->except);
	bind_reader_number(reader, statement, 7, query->hidden);
}

/* The statements limit their number. */
static int read_found_rows(
	struct archive_reader *reader, sqlite3_stmt *statement, const struct history_place *place)
{
	int result;

	while ((result = step_reader(reader, statement)) == SQLITE_ROW) {
		struct history_row row = archive_row_of(statement);

		row.name = place->name;
		note_found(reader, &row);
	}
	return end_reading(reader, statement, result);
}

/* The rows of one place: messages, and then events, if they are wanted. */
static int read_place(struct archive_reader *reader, enum reader_statement which,
	const struct history_query *query, const struct history_place *place, struct bounds bounds)
{
	sqlite3_stmt *statement = reader->statements[which];
	int result = SQLITE_OK;

	for (int is_event = 0; is_event <= query->has_events && result == SQLITE_OK; is_event++) {
		bounds.are_events = is_event;
		bind_place(reader, statement, query, place, bounds);
		bind_reader_number(reader, statement, 6, (sqlite3_int64) query->limit + 1);
		result = read_found_rows(reader, statement, place);
	}
	return result;
}

static int compare_rows(const void *left, const void *right)
{
	const struct found_row *a = left, *b = right;

	return a->id < b->id ? -1 : a->id > b->id;
}

/* How many rows the answer has room for, from its kept end. */
static size_t count_fitting_rows(
	const struct archive_reader *reader, const struct history_query *query, bool keeps_last)
{
	struct history_room room = { 0 };
	size_t n = 0;

	while (n < reader->n_found &&
		history_room_takes(&room, query,
			reader->found[keeps_last ? reader->n_found - 1 - n : n].n_shown_bytes))
		n++;
	return n;
}

/* The rows so far, in order; those that are too many go, at the start or at the end. */
static void put_merged(struct archive_reader *reader, const struct history_query *query,
	bool keeps_last, struct buffer *out)
{
	size_t n, first;

	if (reader->n_found)
		qsort(reader->found, reader->n_found, sizeof(*reader->found), compare_rows);
	n = count_fitting_rows(reader, query, keeps_last);
	first = keeps_last ? reader->n_found - n : 0;
	for (size_t i = first; i < first + n; i++)
		buffer_put(out, reader->rows.bytes + reader->found[i].at, reader->found[i].length);
	reader->has_more = reader->has_more || n < reader->n_found;
	reader->last_id = n ? reader->found[first + n - 1].id : reader->last_id;
}

static void forget_found(struct archive_reader *reader)
{
	buffer_clear(&reader->rows);
	reader->n_found = 0;
}

static int read_one_way(struct archive_reader *reader, const struct history_query *query,
	bool is_last, struct buffer *out)
{
	enum reader_statement which = is_last ? READER_STATEMENT_LAST : READER_STATEMENT_FIRST;
	struct pack places = history_query_places(query);
	struct history_place place;
	int result = SQLITE_OK;

	while (result == SQLITE_OK && history_query_next_place(&places, &place))
		result = read_place(reader, which, query, &place, bounds_of(query, &place));
	if (result == SQLITE_OK)
		put_merged(reader, query, is_last, out);
	return result;
}

/* Both halves are questions of their own. */
static int read_around(
	struct archive_reader *reader, const struct history_query *query, struct buffer *out)
{
	struct history_query half = *query;
	int result;

	half.limit = query->limit / 2;
	reader->has_more = !half.limit; /* what is before was not looked for */
	half.most_bytes = query->most_bytes ? query->most_bytes / 2 + 1 : 0;
	half.before = query->after;
	half.after = 0;
	result = half.limit && half.before ? read_one_way(reader, &half, true, out) : SQLITE_OK;
	forget_found(reader);
	half.limit = query->limit - half.limit;
	half.after = query->after ? query->after - 1 : 0;
	half.before = 0;
	return result == SQLITE_OK ? read_one_way(reader, &half, false, out) : result;
}

/* The newest message of a place: it counts if it is between the bounds. */
static int read_newest(struct archive_reader *reader, const struct history_query *query,
	const struct history_place *place)
{
	sqlite3_stmt *statement = reader->statements[READER_STATEMENT_NEWEST];
	struct bounds bounds = { place->since ? place->since - 1 : 0, INT64_MAX, false };
	struct history_row row = { .name = place->name, .target = place->target };
	int result;

	bind_place(reader, statement, query, place, bounds);
	result = step_reader(reader, statement);
	if (result == SQLITE_ROW)
		row.id = (uint64_t) sqlite3_column_int64(statement, 0);
	if (row.id > query->after && (!query->before || row.id < query->before))
		note_found(reader, &row);
	return end_reading(reader, statement, result);
}

typedef int (*read_place_fn)(struct archive_reader *reader, const struct history_query *query,
	const struct history_place *place);

/* Those of the owner, the latest first. */
static int each_conversation(
	struct archive_reader *reader, const struct history_query *query, read_place_fn read)
{
	sqlite3_stmt *statement = reader->statements[READER_STATEMENT_CONVERSATIONS];
	int result, inner = SQLITE_OK;

	bind_reader_number(reader, statement, 1, (sqlite3_int64) query->owner);
	bind_reader_number(reader, statement, 2, (sqlite3_int64) query->after);
	bind_reader_number(reader, statement, 3, MOST_CONVERSATIONS);
	while (inner == SQLITE_OK && (result = step_reader(reader, statement)) == SQLITE_ROW) {
		const struct history_place place = {
			.target = sqlite3_column_int64(statement, 0),
			.name = archive_piece_of(statement, 1),
		};

		inner = read(reader, query, &place);
	}
	result = end_reading(reader, statement, inner == SQLITE_OK ? result : SQLITE_DONE);
	return inner == SQLITE_OK ? result : inner;
}

static int read_targets(
	struct archive_reader *reader, const struct history_query *query, struct buffer *out)
{
	struct pack places = history_query_places(query);
	struct history_place place;
	int result = SQLITE_OK;

	while (result == SQLITE_OK && history_query_next_place(&places, &place))
		result = read_newest(reader, query, &place);
	if (result == SQLITE_OK && query->owner)
		result = each_conversation(reader, query, read_newest);
	if (result == SQLITE_OK)
		put_merged(reader, query, !query->is_forward, out);
	return result;
}

static bool is_from(const struct history_query *query, const struct history_row *row)
{
	const struct piece *from = &query->from, *source = &row->source;

	return !from->length ||
	       (source->length > from->length && source->bytes[from->length] == '!' &&
		       strncasecmp(source->bytes, from->bytes, from->length) == 0);
}

/* May the asker see the row? Then it gets the name of its place. */
static bool find_place_of(const struct history_query *query, struct history_row *row)
{
	struct pack places = history_query_places(query);
	struct history_place place;

	while (history_query_next_place(&places, &place))
		if (place.target == row->target) {
			row->name = place.name;
			return row->id >= place.since;
		}
	return false;
}

static bool is_in_conversation(
	struct archive_reader *reader, const struct history_query *query, int64_t target)
{
	sqlite3_stmt *statement = reader->statements[READER_STATEMENT_CONVERSATION];
	int result;

	if (!query->owner)
		return false;
	bind_reader_number(reader, statement, 1, (sqlite3_int64) query->owner);
	bind_reader_number(reader, statement, 2, target);
	result = step_reader(reader, statement);
	note_reader_result(reader, result);
	(void) sqlite3_reset(statement);
	return result == SQLITE_ROW;
}

static bool may_be_shown(
	struct archive_reader *reader, const struct history_query *query, struct history_row *row)
{
	return is_from(query, row) &&
	       archive_words_are_in(reader->words, query->words, row->text) &&
	       (find_place_of(query, row) || is_in_conversation(reader, query, row->target));
}

/* The number of the message at an id, or of the next one that is nearer; 0: none. */
static int find_number_near(struct archive_reader *reader, enum reader_statement which, uint64_t id,
	sqlite3_int64 *ret_number)
{
	sqlite3_stmt *statement = reader->statements[which];
	int result;

	bind_reader_number(reader, statement, 1, (sqlite3_int64) id);
	result = step_reader(reader, statement);
	*ret_number = result == SQLITE_ROW ? sqlite3_column_int64(statement, 0) : 0;
	return end_reading(reader, statement, result);
}

/* The index of words knows only numbers, which have the order of ids. */
static int bind_search(struct archive_reader *reader, sqlite3_stmt *statement,
	const struct history_query *query, const struct buffer *words)
{
	sqlite3_int64 after = 0, before = 0;
	int result = SQLITE_OK;

	if (query->after)
		result = find_number_near(
			reader, READER_STATEMENT_NUMBER_BEFORE, query->after, &after);
	if (result == SQLITE_OK && query->before)
		result = find_number_near(
			reader, READER_STATEMENT_NUMBER_AFTER, query->before, &before);
	note_reader_result(reader,
		sqlite3_bind_text(statement, 1, words->bytes, (int) words->length, SQLITE_STATIC));
	bind_reader_number(reader, statement, 2, after);
	bind_reader_number(reader, statement, 3, before ? before : INT64_MAX);
	bind_reader_number(reader, statement, 4, (sqlite3_int64) query->after);
	bind_reader_number(
		reader, statement, 5, query->before ? (sqlite3_int64) query->before : INT64_MAX);
	return result;
}

static int read_rows_with(struct archive_reader *reader, const struct history_query *query,
	const struct buffer *words)
{
	sqlite3_stmt *statement =
		reader->statements[query->is_forward ? READER_STATEMENT_SEARCH_FIRST
						     : READER_STATEMENT_SEARCH_LAST];
	int result = bind_search(reader, statement, query, words);

	if (result != SQLITE_OK)
		return result;
	result = SQLITE_DONE;
	while (reader->n_found <= query->limit &&
		(result = step_reader(reader, statement)) == SQLITE_ROW) {
		struct history_row row = archive_row_of(statement);

		if (may_be_shown(reader, query, &row))
			note_found(reader, &row);
	}
	return end_reading(reader, statement, result);
}

static int read_without_words(struct archive_reader *reader, const struct history_query *query);

/* An index of trigrams knows no word of two letters. */
static int read_matching(struct archive_reader *reader, const struct history_query *query)
{
	CLEANUP(buffer_done) struct buffer words = { 0 };
	int result = archive_words_put(reader->words, query->words, &words);

	if (result != SQLITE_OK || words.length)
		return result == SQLITE_OK ? read_rows_with(reader, query, &words) : result;
	return archive_words_are_exact(reader->words) ? SQLITE_OK
						      : read_without_words(reader, query);
}

/* Without the index all rows of each conversation are looked at. */
static int read_rows_of_place(struct archive_reader *reader, const struct history_query *query,
	const struct history_place *place)
{
	sqlite3_stmt *statement = reader->statements[query->is_forward ? READER_STATEMENT_FIRST
								       : READER_STATEMENT_LAST];
	size_t n = 0;
	int result = SQLITE_DONE;

	bind_place(reader, statement, query, place, bounds_of(query, place));
	bind_reader_number(reader, statement, 6, -1);
	while (n <= query->limit && (result = step_reader(reader, statement)) == SQLITE_ROW) {
		struct history_row row = archive_row_of(statement);

		row.name = place->name;
		if (!is_from(query, &row) ||
			!archive_words_are_in(reader->words, query->words, row.text))
			continue;
		note_found(reader, &row);
		n++;
	}
	return end_reading(reader, statement, result);
}

static int read_without_words(struct archive_reader *reader, const struct history_query *query)
{
	struct pack places = history_query_places(query);
	struct history_place place;
	int result = SQLITE_OK;

	while (result == SQLITE_OK && history_query_next_place(&places, &place))
		result = read_rows_of_place(reader, query, &place);
	if (result == SQLITE_OK && query->owner)
		result = each_conversation(reader, query, read_rows_of_place);
	return result;
}

static int read_search(
	struct archive_reader *reader, const struct history_query *query, struct buffer *out)
{
	bool is_trigram = false;
	int result = archive_index_is_trigram(reader->handle, &is_trigram);

	archive_words_set(reader->words, is_trigram);
	if (result == SQLITE_OK)
		result = query->words.length ? read_matching(reader, query)
					     : read_without_words(reader, query);
	if (result == SQLITE_OK)
		put_merged(reader, query, !query->is_forward, out);
	return result;
}

static int run_query(
	struct archive_reader *reader, const struct history_query *query, struct buffer *out)
{
	switch (query->kind) {
	case HISTORY_QUERY_LAST:
		return read_one_way(reader, query, true, out);
	case HISTORY_QUERY_FIRST:
		return read_one_way(reader, query, false, out);
	case HISTORY_QUERY_AROUND:
		return read_around(reader, query, out);
	case HISTORY_QUERY_TARGETS:
		return read_targets(reader, query, out);
	case HISTORY_QUERY_SEARCH:
		return read_search(reader, query, out);
	case HISTORY_QUERY_AUTHOR:
		return archive_author_read(reader->author, query, out);
	}
	return SQLITE_MISUSE;
}

int archive_reader_run(struct archive_reader *reader, const struct history_query *query,
	uint64_t most_ms, struct buffer *out)
{
	size_t before = out->length;
	int result;

	reader->deadline_ms = thread_now_ms() + most_ms;
	reader->failure = SQLITE_OK;
	reader->is_partial = false;
	reader->has_more = false;
	reader->last_id = 0;
	sqlite3_progress_handler(reader->handle, STEPS_BETWEEN_LOOKS, on_progress, reader);
	result = run_query(reader, query, out);
	if (result == SQLITE_OK && query->has_context && reader->last_id)
		result = archive_context_read(reader->context, query, reader->last_id, out);
	sqlite3_progress_handler(reader->handle, 0, NULL, NULL);
	forget_found(reader);
	if ((reader->failure & 0xff) != SQLITE_INTERRUPT && reader->failure)
		result = reader->failure;
	if (result != SQLITE_OK) {
		buffer_cut(out, before);
		return result;
	}
	if (reader->has_more)
		pack_bytes(out, HISTORY_ANSWER_MORE, "", 0);
	if (reader->is_partial)
		pack_bytes(out, HISTORY_ANSWER_PARTIAL, "", 0);
	return SQLITE_OK;
}
