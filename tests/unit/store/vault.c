#include "vault.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "place.h"
#include "store/archive_erasures.h"
#include "store/database.h"
#include "store/zeroing_memory.h"

#define MOST_MS 20000

struct vault *vault_new(void)
{
	struct vault *vault = mem_new(sizeof(*vault));
	const char *parent = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";

	zeroing_memory_install();
	snprintf(vault->directory, sizeof(vault->directory), "%s/papod-vault-XXXXXX", parent);
	assert_non_null(mkdtemp(vault->directory));
	snprintf(vault->path, sizeof(vault->path), "%s/history.db", vault->directory);
	vault_open(vault);
	return vault;
}

void vault_open(struct vault *vault)
{
	const struct database_options options = { .schema = &schema_of_history,
		.has_readers = true };
	struct store_problem problem;

	if (!database_open(vault->path, &options, &vault->handle, &problem) ||
		!database_open_for_reading(vault->path, &vault->reader_handle, &problem))
		fail_msg("%s", problem.text);
	assert_int_equal(archive_tables_new(vault->handle, &vault->tables), SQLITE_OK);
	assert_int_equal(archive_reader_new(vault->reader_handle, &vault->reader), SQLITE_OK);
}

void vault_close(struct vault *vault)
{
	if (!vault->handle)
		return;
	archive_reader_free(TAKE(vault->reader));
	archive_tables_free(TAKE(vault->tables));
	assert_int_equal(sqlite3_close(TAKE(vault->reader_handle)), SQLITE_OK);
	assert_int_equal(sqlite3_close(TAKE(vault->handle)), SQLITE_OK);
}

void vault_free(struct vault *vault)
{
	char command[128];

	vault_close(vault);
	snprintf(command, sizeof(command), "rm -rf %s", vault->directory);
	assert_int_equal(system(command), 0);
	buffer_done(&vault->answer);
	free(vault);
}

static void run(struct vault *vault, const char *sql)
{
	assert_int_equal(sqlite3_exec(vault->handle, sql, NULL, NULL, NULL), SQLITE_OK);
}

void vault_apply(struct vault *vault, const struct history_request *request)
{
	run(vault, "BEGIN IMMEDIATE");
	assert_int_equal(archive_tables_apply(vault->tables, request), SQLITE_OK);
	run(vault, "COMMIT");
}

void vault_say(struct vault *vault, int64_t target, uint64_t id, const char *text)
{
	vault_apply(vault, &(struct history_request){ .kind = HISTORY_REQUEST_ADD,
				   .row = { .id = id,
					   .target = target,
					   .verb = HISTORY_VERB_PRIVMSG,
					   .author = 1,
					   .source = piece_of("ana!a@a"),
					   .account = piece_of("Ana"),
					   .text = piece_of(text) } });
}

void vault_say_many(struct vault *vault, int64_t target, uint64_t first, size_t n)
{
	assert_int_equal(sqlite3_exec(vault->handle, "BEGIN", NULL, NULL, NULL), SQLITE_OK);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(archive_tables_apply(vault->tables,
					 &(struct history_request){ .kind = HISTORY_REQUEST_ADD,
						 .row = { .id = first + i,
							 .target = target,
							 .verb = i % 3 ? HISTORY_VERB_PRIVMSG
								       : HISTORY_VERB_JOIN,
							 .author = 1 + i % 2,
							 .source = piece_of("ana!a@a"),
							 .text = piece_of("plenty of words") } }),
			SQLITE_OK);
	assert_int_equal(sqlite3_exec(vault->handle, "COMMIT", NULL, NULL, NULL), SQLITE_OK);
}

void vault_change(struct vault *vault, enum history_request_kind kind, struct history_row row,
	uint64_t number)
{
	vault_apply(vault, &(struct history_request){ .kind = kind, .row = row, .number = number });
}

/* Until it is done; returns the number of transactions. */
static size_t repeat(struct vault *vault, int (*step)(struct archive_tables *tables))
{
	int result = SQLITE_OK;
	size_t n = 0;

	for (; result == SQLITE_OK; n++) {
		assert_true(n < 100000);
		run(vault, "BEGIN IMMEDIATE");
		result = step(vault->tables);
		run(vault, "COMMIT");
	}
	assert_int_equal(result, SQLITE_DONE);
	return n;
}

void vault_index(struct vault *vault)
{
	repeat(vault, archive_tables_index);
}

void vault_set_trigrams(struct vault *vault, bool has_trigrams)
{
	archive_tables_set_trigrams(vault->tables, has_trigrams);
	repeat(vault, archive_tables_adapt);
}

size_t vault_keep_up(struct vault *vault)
{
	return repeat(vault, archive_tables_index) + repeat(vault, archive_erasures_go_on);
}

void vault_tidy(struct vault *vault)
{
	repeat(vault, archive_tables_tidy);
	assert_int_equal(sqlite3_wal_checkpoint_v2(
				 vault->handle, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL),
		SQLITE_OK);
	assert_int_equal(archive_tables_note_tidied(vault->tables, 5000), SQLITE_OK);
}

static bool has_bytes(const char *path, const char *word)
{
	CLEANUP(buffer_done) struct buffer bytes = place_read_file(path);

	return memmem(buffer_text(&bytes), bytes.length, word, strlen(word));
}

bool vault_file_has(const struct vault *vault, const char *word)
{
	char log[128];

	snprintf(log, sizeof(log), "%s-wal", vault->path);
	return has_bytes(vault->path, word) || has_bytes(log, word);
}

int64_t vault_count(struct vault *vault, const char *sql)
{
	sqlite3_stmt *statement = NULL;
	int64_t number;

	assert_int_equal(sqlite3_prepare_v2(vault->handle, sql, -1, &statement, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
	number = sqlite3_column_int64(statement, 0);
	sqlite3_finalize(statement);
	return number;
}

static void put_word(struct buffer *out, const char *word)
{
	if (out->length)
		buffer_put_byte(out, ' ');
	buffer_put_text(out, word);
}

static const char *list_numbers(struct vault *vault, sqlite3_stmt *statement)
{
	char number[32];

	buffer_clear(&vault->answer);
	while (sqlite3_step(statement) == SQLITE_ROW) {
		snprintf(number, sizeof(number), "%lld", sqlite3_column_int64(statement, 0));
		put_word(&vault->answer, number);
	}
	sqlite3_finalize(statement);
	return buffer_text(&vault->answer);
}

const char *vault_ids(struct vault *vault)
{
	sqlite3_stmt *statement = NULL;

	assert_int_equal(sqlite3_prepare_v2(vault->handle, "SELECT id FROM messages ORDER BY id",
				 -1, &statement, NULL),
		SQLITE_OK);
	return list_numbers(vault, statement);
}

const char *vault_matches(struct vault *vault, const char *word)
{
	sqlite3_stmt *statement = NULL;

	assert_int_equal(sqlite3_prepare_v2(vault->handle,
				 "SELECT id FROM words JOIN messages ON number = words.rowid"
				 " WHERE words MATCH ?1 ORDER BY id",
				 -1, &statement, NULL),
		SQLITE_OK);
	sqlite3_bind_text(statement, 1, word, -1, SQLITE_STATIC);
	return list_numbers(vault, statement);
}

static void describe_row(const struct pack_field *field, struct buffer *out)
{
	struct history_row row;

	assert_true(history_row_load(pack_field_record(field), &row));
	put_word(out, "");
	buffer_format(out, "%llu%.*s", (unsigned long long) row.id, (int) row.name.length,
		row.name.length ? row.name.bytes : "");
}

static void describe_looked(const struct pack_field *field, struct buffer *out)
{
	put_word(out, "looked");
	buffer_format(out, " %llu", (unsigned long long) pack_field_u64(field));
}

void vault_describe_answer(const void *bytes, size_t length, struct buffer *out)
{
	struct pack pack = pack_over(bytes, length);
	struct pack_field field;

	while (pack_next(&pack, &field)) {
		if (field.id == HISTORY_ANSWER_CONTEXT)
			put_word(out, "then");
		if (field.id == HISTORY_ANSWER_ROW || field.id == HISTORY_ANSWER_CONTEXT)
			describe_row(&field, out);
		else if (field.id == HISTORY_ANSWER_LOOKED)
			describe_looked(&field, out);
		else if (field.id == HISTORY_ANSWER_MORE || field.id == HISTORY_ANSWER_PARTIAL)
			put_word(out, field.id == HISTORY_ANSWER_MORE ? "more" : "partial");
	}
	assert_false(pack.failed);
}

const char *vault_ask(
	struct vault *vault, struct history_query query, const struct vault_place *places)
{
	CLEANUP(buffer_done) struct buffer answer = { 0 };
	int result;

	for (; places->target; places++)
		history_query_add_place(&query, &(struct history_place){ .target = places->target,
							.since = places->since,
							.name = piece_of(places->name) });
	result = archive_reader_run(vault->reader, &query, MOST_MS, &answer);
	history_query_done(&query);
	buffer_clear(&vault->answer);
	if (result != SQLITE_OK)
		buffer_format(&vault->answer, "failed %d", result);
	else
		vault_describe_answer(buffer_text(&answer), answer.length, &vault->answer);
	return buffer_text(&vault->answer);
}
