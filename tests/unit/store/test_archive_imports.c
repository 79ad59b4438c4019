/* Rows of other programs' logs, which come late and may come twice. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <sqlite3.h>

#include "base/cleanup.h"
#include "store/archive_same.h"
#include "vault.h"

#define SECOND (UINT64_C(1000) << HISTORY_COUNTER_BITS)
#define MILLISECOND (UINT64_C(1) << HISTORY_COUNTER_BITS)
#define MANY 4500 /* rows: more than are indexed at once, or kept of a search */
#define ON_A ((const struct vault_place[]){ { 1, 0, "#a" }, { 0 } })

static int set_up(void **state)
{
	*state = vault_new();
	return 0;
}

static int tear_down(void **state)
{
	vault_free(*state);
	sqlite3_shutdown();
	return 0;
}

static struct history_request logged(int64_t target, uint64_t id, const char *text)
{
	return (struct history_request){ .kind = HISTORY_REQUEST_IMPORT,
		.row = { .id = id,
			.target = target,
			.verb = HISTORY_VERB_PRIVMSG,
			.source = piece_of("bea"),
			.text = piece_of(text) } };
}

static void import(struct vault *vault, struct history_request request)
{
	vault_apply(vault, &request);
}

static int64_t count_rows(struct vault *vault)
{
	return vault_count(vault, "SELECT count(*) FROM messages");
}

static void check_index(struct vault *vault)
{
	assert_int_equal(
		sqlite3_exec(vault->handle, "INSERT INTO words (words) VALUES ('integrity-check')",
			NULL, NULL, NULL),
		SQLITE_OK);
}

static void a_row_that_is_there_is_not_imported_again(void **state)
{
	struct vault *vault = *state;
	struct history_request twice = logged(1, 5 * SECOND, "twice");

	import(vault, logged(1, 5 * SECOND, "once"));
	import(vault, logged(1, 5 * SECOND + 7 * MILLISECOND, "once"));
	assert_int_equal(count_rows(vault), 1);
	import(vault, logged(1, 6 * SECOND, "once"));
	import(vault, logged(2, 5 * SECOND, "once"));
	assert_int_equal(count_rows(vault), 3);
	for (int i = 0; i < 2; i++)
		for (twice.number = 0; twice.number < 2; twice.number++)
			import(vault, twice);
	assert_int_equal(count_rows(vault), 5);
}

static void what_was_recorded_is_not_imported(void **state)
{
	struct vault *vault = *state;
	struct history_request said = logged(1, 5 * SECOND + 123, "said");

	vault_say(vault, 1, 5 * SECOND + 999 * MILLISECOND, "said");
	said.row.source = piece_of("ana");
	import(vault, said);
	assert_int_equal(count_rows(vault), 1);
	said.row.source = piece_of("an");
	import(vault, said);
	said.row.source = piece_of("ana");
	said.row.verb = HISTORY_VERB_NOTICE;
	import(vault, said);
	assert_int_equal(count_rows(vault), 3);
}

static void a_taken_id_is_passed_over(void **state)
{
	struct vault *vault = *state;
	struct history_query query = {
		.kind = HISTORY_QUERY_FIRST, .limit = 9, .has_events = true
	};

	vault_say(vault, 1, 3, "said");
	import(vault, logged(1, 2, "first"));
	import(vault, logged(1, 2, "second"));
	import(vault, logged(1, 2, "third"));
	assert_string_equal(vault_ask(vault, query, ON_A), "2#a 3#a 4#a 5#a");
	query.kind = HISTORY_QUERY_LAST;
	query.limit = 2;
	assert_string_equal(vault_ask(vault, query, ON_A), "4#a 5#a more");
}

static struct history_query search_for(const char *words, uint32_t limit)
{
	return (struct history_query){
		.kind = HISTORY_QUERY_SEARCH, .words = piece_of(words), .limit = limit
	};
}

/* What is imported last is older. */
static void words_are_found_in_the_order_of_time(void **state)
{
	struct vault *vault = *state;
	struct history_query query = search_for("word", 3);

	for (uint64_t id = 40; id < 50; id += 2)
		vault_say(vault, 1, id * SECOND, "a word");
	vault_index(vault);
	for (uint64_t id = 41; id > 31; id -= 2)
		import(vault, logged(1, id * SECOND, "another word"));
	import(vault, logged(2, 60 * SECOND, "word elsewhere"));
	check_index(vault);
	vault_ask(vault, query, ON_A);
	assert_int_equal(vault_count(vault, "SELECT count(*) FROM messages WHERE number < 0"), 6);
	query.before = 45 * SECOND;
	query.after = 34 * SECOND;
	query.limit = 100;
	for (int i = 0; i < 2; i++) {
		CLEANUP(buffer_done) struct buffer ids = { 0 };
		static const uint64_t seconds[] = { 35, 37, 39, 40, 41, 42, 44 };

		for (size_t j = 0; j < ARRAY_LENGTH(seconds); j++)
			buffer_format(&ids, "%s%llu#a", j ? " " : "",
				(unsigned long long) (seconds[j] * SECOND));
		assert_string_equal(vault_ask(vault, query, ON_A), ids.bytes);
		query.is_forward = true;
	}
}

static void many_hits_are_limited_by_time(void **state)
{
	struct vault *vault = *state;
	struct history_query query = search_for("plenty", 2);

	for (uint64_t i = 0; i < MANY; i++) /* in no order */
		import(vault, logged(1, (i * 7919 % MANY + 1) * MILLISECOND * 1000, "plenty"));
	check_index(vault);
	{
		CLEANUP(buffer_done) struct buffer ids = { 0 };

		buffer_format(&ids, "%llu#a %llu#a more",
			(unsigned long long) ((MANY - 1) * SECOND),
			(unsigned long long) (MANY * SECOND));
		assert_string_equal(vault_ask(vault, query, ON_A), ids.bytes);
	}
	query.is_forward = true;
	{
		CLEANUP(buffer_done) struct buffer ids = { 0 };

		buffer_format(&ids, "%llu#a %llu#a more", (unsigned long long) SECOND,
			(unsigned long long) (2 * SECOND));
		assert_string_equal(vault_ask(vault, query, ON_A), ids.bytes);
	}
}

static void another_index_has_what_was_imported(void **state)
{
	struct vault *vault = *state;

	for (uint64_t i = 0; i < MANY; i++)
		import(vault, logged(1, (i + 1) * SECOND, "old texts"));
	vault_say(vault, 1, 9000 * SECOND, "new texts");
	vault_index(vault);
	vault_set_trigrams(vault, true);
	import(vault, logged(1, 9001 * SECOND, "late texts"));
	vault_index(vault);
	check_index(vault);
	assert_int_equal(vault_count(vault, "SELECT count(*) FROM words('ext')"), MANY + 2);
}

static void imported_rows_are_removed_like_others(void **state)
{
	struct vault *vault = *state;

	import(vault, logged(1, 5 * SECOND, "secret"));
	import(vault, logged(1, 6 * SECOND, "open"));
	vault_change(vault, HISTORY_REQUEST_TRIM, (struct history_row){ .target = 1 }, 6 * SECOND);
	vault_keep_up(vault);
	assert_int_equal(count_rows(vault), 1);
	check_index(vault);
	assert_int_equal(
		vault_count(vault, "SELECT count(*) FROM words WHERE words MATCH 'secret'"), 0);
	vault_change(vault, HISTORY_REQUEST_ERASE, (struct history_row){ .target = 1 }, 0);
	vault_keep_up(vault);
	assert_int_equal(count_rows(vault), 0);
	vault_close(vault);
	vault_open(vault);
	import(vault, logged(1, 7 * SECOND, "again"));
	check_index(vault);
	assert_int_equal(
		vault_count(vault, "SELECT count(*) FROM words WHERE words MATCH 'again'"), 1);
}

static void events_are_not_in_the_index(void **state)
{
	struct vault *vault = *state;
	struct history_request event = logged(1, 5 * SECOND, NULL);

	event.row.verb = HISTORY_VERB_JOIN;
	import(vault, event);
	import(vault, event);
	assert_int_equal(count_rows(vault), 1);
	assert_int_equal(
		vault_count(vault, "SELECT count(*) FROM messages WHERE number IS NULL"), 1);
	check_index(vault);
}

static uint64_t field_of(const struct buffer *answer, uint16_t id)
{
	struct pack pack = pack_over(answer->bytes, answer->length);
	struct pack_field field;

	while (pack_next(&pack, &field))
		if (field.id == id)
			return pack_field_u64(&field);
	fail_msg("no field %u", id);
	return 0;
}

static void what_is_there_is_counted(void **state)
{
	struct vault *vault = *state;
	CLEANUP(buffer_done) struct buffer rows = { 0 }, answer = { 0 };
	CLEANUP(history_query_done)
	struct history_query query = { .kind = HISTORY_QUERY_PRESENT, .limit = 2 };
	struct history_request twice = logged(1, 5 * SECOND, "here");

	import(vault, twice);
	import(vault, logged(1, 6 * SECOND, "here, too"));
	import(vault, logged(1, 7 * SECOND, "and here"));
	for (twice.number = 0; twice.number < 3; twice.number++)
		history_request_save(&rows, &twice);
	query.words = (struct piece){ rows.bytes, rows.length };
	history_query_add_place(&query, &(struct history_place){ .target = 1 });
	assert_int_equal(archive_reader_run(vault->reader, &query, 500, &answer), SQLITE_OK);
	assert_int_equal(field_of(&answer, HISTORY_ANSWER_KEPT), 6 * SECOND);
	assert_int_equal(field_of(&answer, HISTORY_ANSWER_TOO_OLD), 3);
	assert_int_equal(field_of(&answer, HISTORY_ANSWER_PRESENT), 0);
	buffer_clear(&answer);
	query.limit = 4;
	assert_int_equal(archive_reader_run(vault->reader, &query, 500, &answer), SQLITE_OK);
	assert_int_equal(field_of(&answer, HISTORY_ANSWER_KEPT), 0);
	assert_int_equal(field_of(&answer, HISTORY_ANSWER_TOO_OLD), 0);
	assert_int_equal(field_of(&answer, HISTORY_ANSWER_PRESENT), 1);
}

/* Otherwise each row of a channel would be compared with all others. */
static void the_same_is_looked_for_in_one_second(void **state)
{
	struct vault *vault = *state;
	CLEANUP(buffer_done) struct buffer text = { 0 };
	sqlite3_stmt *statement;

	buffer_format(&text, "EXPLAIN QUERY PLAN %s", archive_same_text);
	assert_int_equal(
		sqlite3_prepare_v2(vault->handle, text.bytes, -1, &statement, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
	assert_non_null(strstr((const char *) sqlite3_column_text(statement, 3),
		"messages_of_target (target=? AND <expr>=? AND rowid>? AND rowid<?)"));
	assert_int_equal(sqlite3_finalize(statement), SQLITE_OK);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_row_that_is_there_is_not_imported_again),
		TEST(what_was_recorded_is_not_imported),
		TEST(a_taken_id_is_passed_over),
		TEST(words_are_found_in_the_order_of_time),
		TEST(many_hits_are_limited_by_time),
		TEST(another_index_has_what_was_imported),
		TEST(imported_rows_are_removed_like_others),
		TEST(events_are_not_in_the_index),
		TEST(what_is_there_is_counted),
		TEST(the_same_is_looked_for_in_one_second),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
