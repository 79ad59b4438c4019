/* Questions about a history, and what is found. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "vault.h"

#define A_AND_B ((const struct vault_place[]){ { 1, 0, "#a" }, { 2, 0, "#b" }, { 0 } })
#define ONLY_A ((const struct vault_place[]){ { 1, 0, "#a" }, { 0 } })
#define NO_PLACE ((const struct vault_place[]){ { 0 } })

/* 1 to 12: in turn on #a and #b, and 5 and 6 are no messages; 13 is elsewhere. */
static int set_up(void **state)
{
	struct vault *vault = vault_new();
	struct history_request request = { .kind = HISTORY_REQUEST_ADD,
		.row = { .source = piece_of("bea!b@b"),
			.text = piece_of("Common words, Zeichen") } };

	for (uint64_t id = 1; id <= 12; id++) {
		request.row.id = id;
		request.row.target = id % 2 ? 1 : 2;
		request.row.verb = id == 5 || id == 6 ? HISTORY_VERB_JOIN : HISTORY_VERB_PRIVMSG;
		vault_apply(vault, &request);
	}
	vault_say(vault, 3, 13, "common words elsewhere");
	vault_index(vault);
	*state = vault;
	return 0;
}

static int tear_down(void **state)
{
	vault_free(*state);
	sqlite3_shutdown();
	return 0;
}

static void the_last_are_the_newest_in_order(void **state)
{
	struct history_query query = { .kind = HISTORY_QUERY_LAST, .limit = 3 };

	assert_string_equal(vault_ask(*state, query, ONLY_A), "7#a 9#a 11#a more");
	query.limit = 5;
	assert_string_equal(vault_ask(*state, query, ONLY_A), "1#a 3#a 7#a 9#a 11#a");
	query.limit = 4;
	assert_string_equal(vault_ask(*state, query, ONLY_A), "3#a 7#a 9#a 11#a more");
	query.limit = 100;
	query.has_events = true;
	assert_string_equal(vault_ask(*state, query, ONLY_A), "1#a 3#a 5#a 7#a 9#a 11#a");
}

static void the_first_are_the_oldest_in_order(void **state)
{
	struct history_query query = { .kind = HISTORY_QUERY_FIRST, .limit = 3 };

	assert_string_equal(vault_ask(*state, query, ONLY_A), "1#a 3#a 7#a more");
	query.has_events = true;
	assert_string_equal(vault_ask(*state, query, ONLY_A), "1#a 3#a 5#a more");
	query.limit = 6;
	assert_string_equal(vault_ask(*state, query, ONLY_A), "1#a 3#a 5#a 7#a 9#a 11#a");
}

static void bounds_are_not_part_of_the_answer(void **state)
{
	for (unsigned int kind = HISTORY_QUERY_LAST; kind <= HISTORY_QUERY_FIRST; kind++) {
		struct history_query query = { .kind = (enum history_query_kind) kind,
			.limit = 100,
			.after = 3,
			.before = 9 };

		assert_string_equal(vault_ask(*state, query, ONLY_A), "7#a");
		query.after = 2;
		query.before = 10;
		assert_string_equal(vault_ask(*state, query, ONLY_A), "3#a 7#a 9#a");
		query.after = query.before = 3;
		assert_string_equal(vault_ask(*state, query, ONLY_A), "");
		query.after = 9;
		assert_string_equal(vault_ask(*state, query, ONLY_A), "");
	}
}

/* A line that several channels see has an id of its own on each, but is known by one. */
static void a_row_may_be_known_by_another_id(void **state)
{
	struct history_query query = {
		.kind = HISTORY_QUERY_FIRST, .limit = 9, .has_events = true, .after = 12
	};

	vault_apply(*state, &(struct history_request){ .kind = HISTORY_REQUEST_ADD,
				    .row = { .id = 15,
					    .target = 1,
					    .verb = HISTORY_VERB_NICK,
					    .heard = 14,
					    .source = piece_of("s") } });
	vault_say(*state, 1, 16, "next");
	assert_string_equal(vault_ask(*state, query, ONLY_A), "15#a 16#a");
	query.after = query.except = 14;
	assert_string_equal(vault_ask(*state, query, ONLY_A), "16#a");
	query.limit = 1;
	assert_string_equal(vault_ask(*state, query, ONLY_A), "16#a");
	query.kind = HISTORY_QUERY_LAST;
	query.limit = 9;
	assert_string_equal(vault_ask(*state, query, ONLY_A), "16#a");
}

static void two_places_are_merged(void **state)
{
	struct history_query query = { .kind = HISTORY_QUERY_LAST, .limit = 4 };

	assert_string_equal(vault_ask(*state, query, A_AND_B), "9#a 10#b 11#a 12#b more");
	query.kind = HISTORY_QUERY_FIRST;
	assert_string_equal(vault_ask(*state, query, A_AND_B), "1#a 2#b 3#a 4#b more");
	query.limit = 100;
	assert_string_equal(
		vault_ask(*state, query, A_AND_B), "1#a 2#b 3#a 4#b 7#a 8#b 9#a 10#b 11#a 12#b");
}

static void without_a_place_nothing_is_found(void **state)
{
	for (unsigned int kind = HISTORY_QUERY_LAST; kind < HISTORY_QUERIES; kind++)
		assert_string_equal(
			vault_ask(*state,
				(struct history_query){ .kind = (enum history_query_kind) kind,
					.limit = 9,
					.words = piece_of("common") },
				NO_PLACE),
			"");
}

static void rows_before_since_stay_hidden(void **state)
{
	const struct vault_place places[] = { { 1, 7, "#a" }, { 2, 9, "#b" }, { 0 } };
	struct history_query query = { .kind = HISTORY_QUERY_FIRST, .limit = 100 };

	assert_string_equal(vault_ask(*state, query, places), "7#a 9#a 10#b 11#a 12#b");
	query.kind = HISTORY_QUERY_LAST;
	assert_string_equal(vault_ask(*state, query, places), "7#a 9#a 10#b 11#a 12#b");
	query.kind = HISTORY_QUERY_AROUND;
	query.after = 3;
	assert_string_equal(vault_ask(*state, query, places), "7#a 9#a 10#b 11#a 12#b");
	query = (struct history_query){
		.kind = HISTORY_QUERY_SEARCH, .limit = 100, .words = piece_of("common")
	};
	assert_string_equal(vault_ask(*state, query, places), "7#a 9#a 10#b 11#a 12#b");
}

static void targets_before_since_stay_hidden(void **state)
{
	const struct vault_place places[] = { { 1, 12, "#a" }, { 2, 12, "#b" }, { 0 } };

	assert_string_equal(
		vault_ask(*state,
			(struct history_query){ .kind = HISTORY_QUERY_TARGETS, .limit = 9 },
			places),
		"12#b");
}

static void around_is_half_before_and_the_rest_from_there_on(void **state)
{
	struct history_query query = { .kind = HISTORY_QUERY_AROUND, .limit = 3, .after = 7 };

	assert_string_equal(vault_ask(*state, query, ONLY_A), "3#a 7#a 9#a more");
	query.limit = 1;
	assert_string_equal(vault_ask(*state, query, ONLY_A), "7#a more");
	query.limit = 100;
	assert_string_equal(vault_ask(*state, query, ONLY_A), "1#a 3#a 7#a 9#a 11#a");
	query.limit = 4;
	query.after = 8;
	assert_string_equal(vault_ask(*state, query, A_AND_B), "4#b 7#a 8#b 9#a more");
	query.after = 0;
	assert_string_equal(vault_ask(*state, query, ONLY_A), "1#a 3#a more");
	query.after = INT64_MAX;
	assert_string_equal(vault_ask(*state, query, ONLY_A), "9#a 11#a more");
}

/* Each row has about 80 bytes. */
static void an_answer_is_about_so_long(void **state)
{
	struct history_query query = { .kind = HISTORY_QUERY_LAST, .limit = 100, .most_bytes = 1 };

	assert_string_equal(vault_ask(*state, query, ONLY_A), "11#a more");
	query.most_bytes = 200;
	assert_string_equal(vault_ask(*state, query, ONLY_A), "9#a 11#a more");
	query.kind = HISTORY_QUERY_FIRST;
	assert_string_equal(vault_ask(*state, query, ONLY_A), "1#a 3#a more");
	query.kind = HISTORY_QUERY_AROUND;
	query.after = 7;
	assert_string_equal(vault_ask(*state, query, ONLY_A), "3#a 7#a more");
}

/* A client without multiline gets a line with source and tags for each of them. */
static void lines_of_a_message_count_as_lines(void **state)
{
	struct history_query query = {
		.kind = HISTORY_QUERY_FIRST, .limit = 100, .most_bytes = 10000
	};
	char text[201];

	for (size_t i = 0; i < sizeof(text); i += 2) {
		text[i] = 'x';
		text[i + 1 < sizeof(text) ? i + 1 : i] = '\n';
	}
	text[sizeof(text) - 1] = '\0';
	for (uint64_t id = 20; id < 30; id++)
		vault_say(*state, 7, id, text);
	assert_string_equal(
		vault_ask(*state, query, ((const struct vault_place[]){ { 7, 0, "#x" }, { 0 } })),
		"20#x more");
}

static void converse(struct vault *vault, int64_t target, uint64_t id, const char *name)
{
	vault_apply(vault, &(struct history_request){ .kind = HISTORY_REQUEST_ADD,
				   .row = { .id = id,
					   .target = target,
					   .verb = HISTORY_VERB_NOTICE,
					   .source = piece_of("s") },
				   .owners = { { 5, piece_of(name) }, { 0 } } });
}

static void targets_have_their_newest_message(void **state)
{
	struct history_query query = { .kind = HISTORY_QUERY_TARGETS, .limit = 9, .owner = 5 };

	converse(*state, -1, 20, "bea");
	converse(*state, -1, 21, "Bea");
	converse(*state, -2, 14, "cid");
	assert_string_equal(vault_ask(*state, query, A_AND_B), "11#a 12#b 14cid 21Bea");
	query.limit = 2;
	assert_string_equal(vault_ask(*state, query, A_AND_B), "14cid 21Bea more");
	query.is_forward = true;
	assert_string_equal(vault_ask(*state, query, A_AND_B), "11#a 12#b more");
	query.limit = 9;
	query.after = 8;
	query.before = 12;
	assert_string_equal(vault_ask(*state, query, A_AND_B), "11#a");
	query.owner = 6;
	query.after = 0;
	query.before = 0;
	assert_string_equal(vault_ask(*state, query, A_AND_B), "11#a 12#b");
}

/* The newest message counts: that older ones are between the bounds does not. */
static void a_target_with_newer_messages_is_left_out(void **state)
{
	const struct history_query query = {
		.kind = HISTORY_QUERY_TARGETS, .limit = 9, .owner = 5, .before = 21
	};

	converse(*state, -1, 20, "bea");
	converse(*state, -1, 21, "bea");
	assert_string_equal(vault_ask(*state, query, NO_PLACE), "");
}

/* Whose newest message was removed has the one before it. */
static void a_target_loses_its_newest_message(void **state)
{
	const struct history_query query = {
		.kind = HISTORY_QUERY_TARGETS, .limit = 9, .owner = 5
	};

	converse(*state, -1, 20, "bea");
	converse(*state, -1, 21, "bea");
	vault_change(*state, HISTORY_REQUEST_REMOVE, (struct history_row){ .id = 21 }, 0);
	assert_string_equal(vault_ask(*state, query, NO_PLACE), "20bea");
	vault_change(*state, HISTORY_REQUEST_REMOVE, (struct history_row){ .id = 20 }, 0);
	assert_string_equal(vault_ask(*state, query, NO_PLACE), "");
}

static const char *search(struct vault *vault, const char *words)
{
	return vault_ask(vault,
		(struct history_query){
			.kind = HISTORY_QUERY_SEARCH, .limit = 100, .words = piece_of(words) },
		((const struct vault_place[]){ { 9, 0, "#s" }, { 0 } }));
}

static void a_search_finds_only_what_may_be_seen(void **state)
{
	struct history_query query = {
		.kind = HISTORY_QUERY_SEARCH, .limit = 100, .words = piece_of("COMMON zeichen")
	};

	assert_string_equal(vault_ask(*state, query, ONLY_A), "1#a 3#a 7#a 9#a 11#a");
	query.limit = 2;
	assert_string_equal(vault_ask(*state, query, A_AND_B), "11#a 12#b more");
	query.before = 11;
	query.after = 7;
	assert_string_equal(vault_ask(*state, query, A_AND_B), "9#a 10#b more");
	query.after = 8;
	assert_string_equal(vault_ask(*state, query, A_AND_B), "9#a 10#b");
	query.words = piece_of("common elsewhere");
	query.before = query.after = 0;
	assert_string_equal(vault_ask(*state, query, A_AND_B), "");
}

static void a_search_may_be_for_one_sender(void **state)
{
	struct history_query query = { .kind = HISTORY_QUERY_SEARCH,
		.limit = 3,
		.words = piece_of("words"),
		.from = piece_of("BEA") };

	assert_string_equal(vault_ask(*state, query, A_AND_B), "10#b 11#a 12#b more");
	query.from = piece_of("be");
	assert_string_equal(vault_ask(*state, query, A_AND_B), "");
	query.from = piece_of("bea!b@b");
	assert_string_equal(vault_ask(*state, query, A_AND_B), "");
}

/* None is an operator, a phrase or a column, and none fails. */
static void odd_words_are_words(void **state)
{
	struct vault *vault = *state;
	char long_text[3000];

	vault_say(vault, 9, 100, "it's an AND-gate, \"NOT\" near: C++ and foo.bar@example.org");
	vault_say(vault, 9, 101,
		"Gr\xc3\xbc\xc3\x9f"
		"e an die Stra\xc3\x9f"
		"e, caf\xc3\xa9");
	vault_say(vault, 9, 102,
		"\x02"
		"bold\x02 and \x03"
		"04,05red");
	vault_index(vault);
	assert_string_equal(search(vault, "AND"), "100#s 102#s");
	assert_string_equal(search(vault, "gate NOT"), "100#s");
	assert_string_equal(search(vault, "NEAR(gate near)"), "100#s");
	assert_string_equal(search(vault, "it's"), "100#s");
	assert_string_equal(search(vault, "AND-gate"), "100#s");
	assert_string_equal(search(vault, "foo.bar@example.org"), "100#s");
	assert_string_equal(search(vault, "\"NOT\""), "100#s");
	assert_string_equal(search(vault, "\""), "");
	assert_string_equal(search(vault, "\"\"\""), "");
	assert_string_equal(search(vault, "gate \" near"), "100#s");
	assert_string_equal(search(vault, "gate   near "), "100#s");
	assert_string_equal(search(vault, "C++"), "100#s");
	assert_string_equal(search(vault, "++"), "");
	assert_string_equal(search(vault, "*"), "");
	assert_string_equal(search(vault, "ga*"), "100#s");
	assert_string_equal(search(vault, "it's* GAT* foo.ba*"), "100#s");
	assert_string_equal(search(vault, "it*s"), "100#s");
	assert_string_equal(search(vault, "text:gate"), "");
	assert_string_equal(search(vault, "^it"), "100#s");
	assert_string_equal(search(vault, "-gate"), "100#s");
	assert_string_equal(search(vault, "(gate"), "100#s");
	assert_string_equal(search(vault, "CAFE gr\xc3\x9c\xc3\x9f"
					  "e"),
		"101#s");
	assert_string_equal(search(vault, "\xff\xfe\xc3"), "");
	assert_string_equal(search(vault, "bold"), "102#s");
	assert_string_equal(search(vault, ""), "100#s 101#s 102#s");
	memset(long_text, 'x', sizeof(long_text) - 1);
	long_text[sizeof(long_text) - 1] = '\0';
	assert_string_equal(search(vault, long_text), "");
	for (size_t i = 0; i + 1 < sizeof(long_text); i++)
		long_text[i] = i % 2 ? ' ' : '-';
	assert_string_equal(search(vault, long_text), "");
	for (size_t i = 0; i + 1 < sizeof(long_text); i++)
		long_text[i] = i % 2 ? '-' : 'x';
	assert_string_equal(search(vault, long_text), "");
}

static void redacted_messages_are_not_found(void **state)
{
	struct vault *vault = *state;

	vault_say(vault, 9, 100, "secret");
	vault_index(vault);
	assert_string_equal(search(vault, "secret"), "100#s");
	vault_change(vault, HISTORY_REQUEST_REMOVE, (struct history_row){ .id = 100 }, 0);
	assert_string_equal(search(vault, "secret"), "");
}

static void fill(struct vault *vault, size_t n)
{
	char sql[600];

	snprintf(sql, sizeof(sql),
		"CREATE TEMP TABLE n AS WITH RECURSIVE n(i) AS"
		" (SELECT 1000 UNION ALL SELECT i + 1 FROM n WHERE i < %zu) SELECT i FROM n;"
		"INSERT INTO conversations SELECT 7, -i, i, 'x' FROM n;"
		"INSERT INTO messages (id, target, verb, birth, source, text, number)"
		" SELECT i, 9, iif(i < 2000, 1, 4), 1, 's!s@s', 'many words', iif(i < 2000, i, "
		"NULL)"
		" FROM n",
		1000 + n);
	assert_int_equal(sqlite3_exec(vault->handle, sql, NULL, NULL, NULL), SQLITE_OK);
}

/* No time at all: what was found before the first look at the clock. */
static void when_the_time_is_up_the_answer_is_partial(void **state)
{
	struct vault *vault = *state;
	struct history_query query = { .kind = HISTORY_QUERY_SEARCH,
		.limit = 1000,
		.words = piece_of("many words"),
		.from = piece_of("somebody") };
	struct buffer answer = { 0 };

	fill(vault, 20000);
	vault_index(vault);
	for (unsigned int kind = HISTORY_QUERY_LAST; kind <= HISTORY_QUERY_SEARCH; kind++) {
		query.kind = (enum history_query_kind) kind;
		query.after = kind == HISTORY_QUERY_AROUND ? 10000 : 0;
		query.owner = kind == HISTORY_QUERY_TARGETS ? 7 : 0;
		history_query_add_place(&query, &(struct history_place){ .target = 9 });
		buffer_clear(&answer);
		assert_int_equal(archive_reader_run(vault->reader, &query, 0, &answer), SQLITE_OK);
		buffer_clear(&vault->answer);
		vault_describe_answer(buffer_text(&answer), answer.length, &vault->answer);
		assert_non_null(strstr(buffer_text(&vault->answer), "partial"));
		history_query_done(&query);
	}
	buffer_done(&answer);
}

/* The index of words looks for them by itself, and finds no row for long. */
static void words_that_are_never_together_take_no_longer(void **state)
{
	struct vault *vault = *state;
	struct history_query query = {
		.kind = HISTORY_QUERY_SEARCH, .limit = 10, .words = piece_of("odd even")
	};
	struct buffer answer = { 0 };

	assert_int_equal(
		sqlite3_exec(vault->handle,
			"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n"
			" WHERE i < 60000)"
			"INSERT INTO words (rowid, text) SELECT i << 40, iif(i % 2, 'odd', 'even')"
			" FROM n",
			NULL, NULL, NULL),
		SQLITE_OK);
	assert_string_equal(search(vault, "odd even"), "");
	assert_int_equal(archive_reader_run(vault->reader, &query, 0, &answer), SQLITE_OK);
	buffer_clear(&vault->answer);
	vault_describe_answer(buffer_text(&answer), answer.length, &vault->answer);
	assert_string_equal(buffer_text(&vault->answer), "partial");
	buffer_done(&answer);
}

static void the_next_question_has_time_again(void **state)
{
	when_the_time_is_up_the_answer_is_partial(state);
	assert_string_equal(
		vault_ask(*state, (struct history_query){ .kind = HISTORY_QUERY_LAST, .limit = 1 },
			ONLY_A),
		"11#a more");
}

/* fill() makes 19,000 events behind 1000 messages: even without any time these are no obstacle. */
static void events_do_not_hide_the_messages_before_them(void **state)
{
	struct vault *vault = *state;
	struct history_query query = { .kind = HISTORY_QUERY_LAST, .limit = 2 };
	struct buffer answer = { 0 };

	fill(vault, 20000);
	history_query_add_place(&query, &(struct history_place){ .target = 9 });
	assert_int_equal(archive_reader_run(vault->reader, &query, 0, &answer), SQLITE_OK);
	vault_describe_answer(buffer_text(&answer), answer.length, &vault->answer);
	assert_string_equal(buffer_text(&vault->answer), "1998 1999 more");
	buffer_done(&answer);
	history_query_done(&query);
}

static void an_answer_is_appended(void **state)
{
	struct vault *vault = *state;
	struct history_query query = { .kind = HISTORY_QUERY_LAST, .limit = 1 };
	struct buffer answer = { 0 };

	buffer_put_text(&answer, "before");
	history_query_add_place(&query, &(struct history_place){ .target = 1 });
	assert_int_equal(archive_reader_run(vault->reader, &query, 1000, &answer), SQLITE_OK);
	assert_memory_equal(answer.bytes, "before", 6);
	assert_true(answer.length > 6);
	buffer_done(&answer);
	history_query_done(&query);
}

static void rows_have_all_their_parts(void **state)
{
	struct vault *vault = *state;
	const struct history_row row = { .id = 70,
		.birth = UINT64_MAX,
		.target = -5,
		.heard = 69,
		.verb = HISTORY_VERB_TOPIC,
		.author = 9,
		.source = piece_of("s"),
		.account = piece_of("a"),
		.text = piece_of("t"),
		.rest = { "\0r", 2 } };
	struct history_query query = { .kind = HISTORY_QUERY_LAST, .limit = 1, .has_events = true };
	struct buffer answer = { 0 }, expected = { 0 };
	struct history_row named = row;

	vault_apply(vault, &(struct history_request){ .kind = HISTORY_REQUEST_ADD, .row = row });
	named.name = piece_of("bea");
	history_row_save(&expected, HISTORY_ANSWER_ROW, &named);
	history_query_add_place(
		&query, &(struct history_place){ .target = -5, .name = piece_of("bea") });
	assert_int_equal(archive_reader_run(vault->reader, &query, 1000, &answer), SQLITE_OK);
	assert_int_equal(answer.length, expected.length);
	assert_memory_equal(answer.bytes, expected.bytes, expected.length);
	buffer_done(&answer);
	buffer_done(&expected);
	history_query_done(&query);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
		TEST(the_last_are_the_newest_in_order),
		TEST(the_first_are_the_oldest_in_order),
		TEST(bounds_are_not_part_of_the_answer),
		TEST(a_row_may_be_known_by_another_id),
		TEST(two_places_are_merged),
		TEST(without_a_place_nothing_is_found),
		TEST(rows_before_since_stay_hidden),
		TEST(targets_before_since_stay_hidden),
		TEST(around_is_half_before_and_the_rest_from_there_on),
		TEST(an_answer_is_about_so_long),
		TEST(lines_of_a_message_count_as_lines),
		TEST(targets_have_their_newest_message),
		TEST(a_target_with_newer_messages_is_left_out),
		TEST(a_target_loses_its_newest_message),
		TEST(a_search_finds_only_what_may_be_seen),
		TEST(a_search_may_be_for_one_sender),
		TEST(odd_words_are_words),
		TEST(redacted_messages_are_not_found),
		TEST(when_the_time_is_up_the_answer_is_partial),
		TEST(words_that_are_never_together_take_no_longer),
		TEST(the_next_question_has_time_again),
		TEST(events_do_not_hide_the_messages_before_them),
		TEST(an_answer_is_appended),
		TEST(rows_have_all_their_parts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
