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
#include "store/archive_found.h"
#include "store/archive_index.h"
#include "store/archive_numbers.h"
#include "store/archive_present.h"
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
	[READER_STATEMENT_SEARCH_LAST] = SEARCH " ORDER BY words.rowid DESC",
	[READER_STATEMENT_SEARCH_FIRST] = SEARCH " ORDER BY words.rowid",
};

struct archive_reader {
	sqlite3 *handle;
	sqlite3_stmt *statements[READER_STATEMENTS];
	struct archive_words *words;
	struct archive_author *author;
	struct archive_context *context;
	struct archive_present *present;
	struct archive_numbers *numbers;
	uint64_t deadline_ms;
	int failure; /* the first of this question, where it could not be returned */
	struct archive_found found;
	bool is_partial;
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
	if (result == SQLITE_OK)
		result = archive_present_new(handle, &reader->present);
	if (result == SQLITE_OK)
		result = archive_numbers_new(handle, &reader->numbers);
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
	archive_present_free(reader->present);
	archive_numbers_free(reader->numbers);
	archive_found_done(&reader->found);
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
		archive_found_add(&reader->found, &row);
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
		archive_found_put(&reader->found, query, is_last, out);
	return result;
}

/* Both halves are questions of their own. */
static int read_around(
	struct archive_reader *reader, const struct history_query *query, struct buffer *out)
{
	struct history_query half = *query;
	int result;

	half.limit = query->limit / 2;
	reader->found.has_more = !half.limit; /* what is before was not looked for */
	half.most_bytes = query->most_bytes ? query->most_bytes / 2 + 1 : 0;
	half.before = query->after;
	half.after = 0;
	result = half.limit && half.before ? read_one_way(reader, &half, true, out) : SQLITE_OK;
	archive_found_forget(&reader->found);
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
		archive_found_add(&reader->found, &row);
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
		archive_found_put(&reader->found, query, !query->is_forward, out);
	return result;
}

/* What was imported may have a nickname only. */
static bool is_from(const struct history_query *query, const struct history_row *row)
{
	const struct piece *from = &query->from, *source = &row->source;

	const char *end = memchr(source->bytes, '!', source->length);
	size_t n_nick = end ? (size_t) (end - source->bytes) : source->length;

	return !from->length ||
	       (n_nick == from->length && strncasecmp(source->bytes, from->bytes, n_nick) == 0);
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

/* Numbers between which messages are looked for, both excluded. */
struct numbers {
	int64_t after;
	int64_t before;
	bool are_sorted; /* by id */
};

static int bind_search(struct archive_reader *reader, sqlite3_stmt *statement,
	const struct history_query *query, const struct buffer *words)
{
	note_reader_result(reader,
		sqlite3_bind_text(statement, 1, words->bytes, (int) words->length, SQLITE_STATIC));
	bind_reader_number(reader, statement, 4, (sqlite3_int64) query->after);
	bind_reader_number(
		reader, statement, 5, query->before ? (sqlite3_int64) query->before : INT64_MAX);
	return reader->failure;
}

static int read_rows_between(struct archive_reader *reader, const struct history_query *query,
	const struct buffer *words, const struct numbers *between)
{
	sqlite3_stmt *statement =
		reader->statements[query->is_forward ? READER_STATEMENT_SEARCH_FIRST
						     : READER_STATEMENT_SEARCH_LAST];
	int result = bind_search(reader, statement, query, words);

	bind_reader_number(reader, statement, 2, between->after);
	bind_reader_number(reader, statement, 3, between->before);
	while ((!between->are_sorted || reader->found.n <= query->limit) &&
		(result = step_reader(reader, statement)) == SQLITE_ROW) {
		struct history_row row = archive_row_of(statement);

		if (may_be_shown(reader, query, &row))
			archive_found_add(&reader->found, &row);
		if (!between->are_sorted)
			archive_found_limit(&reader->found, query, !query->is_forward);
	}
	return end_reading(reader, statement, result == SQLITE_OK ? SQLITE_DONE : result);
}

/* The index of words knows only numbers. What was imported has none that says when it was said, so
 * all of it is looked at. */
static int read_rows_with(struct archive_reader *reader, const struct history_query *query,
	const struct buffer *words)
{
	struct numbers said = { .before = INT64_MAX, .are_sorted = true };
	const struct numbers imported = { .after = INT64_MIN, .before = 0 };
	bool has_imported = false;
	int result = archive_numbers_has_imported(reader->numbers, &has_imported);

	if (result == SQLITE_OK && query->after)
		result = archive_numbers_behind(reader->numbers, query->after, &said.after);
	said.after -= query->after != 0;
	if (result == SQLITE_OK && query->before)
		result = archive_numbers_behind(reader->numbers, query->before - 1, &said.before);
	if (result == SQLITE_OK)
		result = read_rows_between(reader, query, words, &said);
	if (result == SQLITE_OK && has_imported)
		result = read_rows_between(reader, query, words, &imported);
	return result;
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
		archive_found_add(&reader->found, &row);
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
		archive_found_put(&reader->found, query, !query->is_forward, out);
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
	case HISTORY_QUERY_PRESENT:
		return archive_present_read(reader->present, query, out);
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
	reader->found.has_more = false;
	reader->found.last_id = 0;
	sqlite3_progress_handler(reader->handle, STEPS_BETWEEN_LOOKS, on_progress, reader);
	result = run_query(reader, query, out);
	if (result == SQLITE_OK && query->has_context && reader->found.last_id)
		result = archive_context_read(reader->context, query, reader->found.last_id, out);
	sqlite3_progress_handler(reader->handle, 0, NULL, NULL);
	archive_found_forget(&reader->found);
	if ((reader->failure & 0xff) != SQLITE_INTERRUPT && reader->failure)
		result = reader->failure;
	if (result != SQLITE_OK) {
		buffer_cut(out, before);
		return result;
	}
	if (reader->found.has_more)
		pack_bytes(out, HISTORY_ANSWER_MORE, "", 0);
	if (reader->is_partial)
		pack_bytes(out, HISTORY_ANSWER_PARTIAL, "", 0);
	return SQLITE_OK;
}
