/* What one account wrote. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <sqlite3.h>

#include "vault.h"

#define ONLY_A ((const struct vault_place[]){ { 1, 0, "#a" }, { 0 } })
#define NO_PLACE ((const struct vault_place[]){ { 0 } })

/* Ana, account 1, wrote what has odd numbers from 1 to 9, on two channels. */
static int set_up(void **state)
{
	struct vault *vault = vault_new();
	struct history_request other = { .kind = HISTORY_REQUEST_ADD,
		.row = { .target = 1,
			.verb = HISTORY_VERB_PRIVMSG,
			.author = 2,
			.source = piece_of("bea!b@b"),
			.text = piece_of("hello") } };

	for (uint64_t id = 1; id <= 10; id++)
		if (id % 2) {
			vault_say(vault, id < 6 ? 1 : 2, id, "hello");
		} else {
			other.row.id = id;
			vault_apply(vault, &other);
		}
	*state = vault;
	return 0;
}

static int tear_down(void **state)
{
	vault_free(*state);
	sqlite3_shutdown();
	return 0;
}

static void all_that_the_account_wrote_is_found(void **state)
{
	struct history_query query = { .kind = HISTORY_QUERY_AUTHOR, .author = 1, .limit = 100 };

	assert_string_equal(vault_ask(*state, query, NO_PLACE), "1 3 5 7 9 looked 10");
	query.author = 2;
	assert_string_equal(vault_ask(*state, query, NO_PLACE), "2 4 6 8 10 looked 10");
	query.author = 3;
	assert_string_equal(vault_ask(*state, query, NO_PLACE), "looked 10");
}

static void without_an_account_nothing_is_found(void **state)
{
	const struct history_query query = { .kind = HISTORY_QUERY_AUTHOR, .limit = 100 };

	assert_string_equal(vault_ask(*state, query, ONLY_A), "");
}

static void only_places_of_the_question_have_names(void **state)
{
	const struct history_query query = {
		.kind = HISTORY_QUERY_AUTHOR, .author = 1, .limit = 100
	};

	assert_string_equal(vault_ask(*state, query, ONLY_A), "1#a 3#a 5#a 7 9 looked 10");
}

static void bounds_are_not_part_of_what_an_account_wrote(void **state)
{
	struct history_query query = {
		.kind = HISTORY_QUERY_AUTHOR, .author = 1, .limit = 100, .after = 3, .before = 9
	};

	assert_string_equal(vault_ask(*state, query, NO_PLACE), "5 7 looked 8");
	query.after = 9;
	query.before = 0;
	assert_string_equal(vault_ask(*state, query, NO_PLACE), "looked 10");
	query.after = 10;
	assert_string_equal(vault_ask(*state, query, NO_PLACE), "");
}

static void a_full_part_says_where_the_next_begins(void **state)
{
	struct history_query query = { .kind = HISTORY_QUERY_AUTHOR, .author = 1, .limit = 2 };

	assert_string_equal(vault_ask(*state, query, NO_PLACE), "1 3 looked 3 more");
	query.limit = 100;
	query.most_bytes = 1;
	query.after = 3;
	assert_string_equal(vault_ask(*state, query, NO_PLACE), "5 looked 5 more");
}

/* Ten thousand rows at once. */
static void a_question_looks_at_some_rows_only(void **state)
{
	struct vault *vault = *state;
	struct history_query query = { .kind = HISTORY_QUERY_AUTHOR, .author = 7, .limit = 100 };

	assert_int_equal(
		sqlite3_exec(vault->handle,
			"WITH RECURSIVE n (id) AS (SELECT 11 UNION ALL SELECT id + 1 FROM n"
			" WHERE id < 15000) INSERT INTO messages (id, target, verb, birth,"
			" author, source, text) SELECT id, 5, 1, 0, iif(id = 12000, 7, 8),"
			" 'a!b@c', 'x' FROM n",
			NULL, NULL, NULL),
		SQLITE_OK);
	assert_string_equal(vault_ask(vault, query, NO_PLACE), "looked 10000 more");
	query.after = 10000;
	assert_string_equal(vault_ask(vault, query, NO_PLACE), "12000 looked 15000");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
		TEST(all_that_the_account_wrote_is_found),
		TEST(without_an_account_nothing_is_found),
		TEST(only_places_of_the_question_have_names),
		TEST(bounds_are_not_part_of_what_an_account_wrote),
		TEST(a_full_part_says_where_the_next_begins),
		TEST(a_question_looks_at_some_rows_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
