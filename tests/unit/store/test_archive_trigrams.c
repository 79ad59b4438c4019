/* Searches in an index of trigrams. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <sqlite3.h>

#include "vault.h"

static int set_up(void **state)
{
	static const char *const texts[] = {
		"\xe6\x9d\xb1\xe4\xba\xac\xe3\x82\xbf\xe3\x83\xaf\xe3\x83\xbc", /* Tokyo Tower */
		"\xe4\xba\xac\xe9\x83\xbd\xe3\x82\xbf\xe3\x83\xaf\xe3\x83\xbc", /* Kyoto Tower */
		"Donaudampfschiff",
		"abcde bcdef",
		"\xc3\x84rger und M\xc3\xbche",
	};
	struct vault *vault = vault_new();

	for (uint64_t i = 0; i < 5; i++)
		vault_say(vault, 1, i + 1, texts[i]);
	vault_set_trigrams(vault, true);
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

static void assert_found(struct vault *vault, const char *words, const char *ids)
{
	static const struct vault_place places[] = { { 1, 0, "" }, { 0 } };
	const struct history_query query = {
		.kind = HISTORY_QUERY_SEARCH, .limit = 100, .words = piece_of(words)
	};

	assert_string_equal(vault_ask(vault, query, places), ids);
}

static void texts_without_spaces_are_found(void **state)
{
	assert_found(*state, "\xe3\x82\xbf\xe3\x83\xaf\xe3\x83\xbc", "1 2");
	assert_found(*state, "\xe6\x9d\xb1\xe4\xba\xac\xe3\x82\xbf", "1");
}

/* Two characters are in no trigram of their own. */
static void short_words_are_found(void **state)
{
	assert_found(*state, "\xe6\x9d\xb1\xe4\xba\xac", "1");
	assert_found(*state, "\xe4\xba\xac", "1 2");
	assert_found(*state, "\xe4\xba\xac \xe3\x82\xbf\xe3\x83\xaf\xe3\x83\xbc", "1 2");
	assert_found(*state, "\xe9\x83\xbd \xe3\x82\xbf\xe3\x83\xaf\xe3\x83\xbc", "2");
	assert_found(*state, "zz", "");
}

static void parts_of_words_are_found_in_any_case(void **state)
{
	assert_found(*state, "DAMPF", "3");
	assert_found(*state, "dampf*", "3");
	assert_found(*state, "*", "");
	assert_found(*state, "\xc3\xa4rger", "5");
	assert_found(*state, "M\xc3\x9cHE \xc3\x84R", "5");
}

/* All trigrams of it are in the text, but apart from each other. */
static void what_is_not_in_a_row_is_not_found(void **state)
{
	assert_found(*state, "abcdef", "");
	assert_found(*state, "bcdef", "4");
	assert_found(*state, "abcde  bcd", "4");
}

static void changes_and_removals_are_followed(void **state)
{
	struct vault *vault = *state;

	vault_change(vault, HISTORY_REQUEST_EDIT,
		(struct history_row){ .id = 3, .text = piece_of("Segelboot") }, 0);
	vault_change(vault, HISTORY_REQUEST_REMOVE, (struct history_row){ .id = 4 }, 0);
	assert_found(vault, "dampf", "");
	assert_found(vault, "gelb", "3");
	assert_found(vault, "bcdef", "");
}

static void the_index_is_built_anew_when_it_changes(void **state)
{
	struct vault *vault = *state;

	vault_set_trigrams(vault, false);
	assert_found(vault, "Donaudampfschiff", "");
	vault_index(vault);
	assert_found(vault, "Donaudampfschiff", "3");
	assert_found(vault, "dampf", "");
	assert_found(vault, "donau*", "3");
	vault_set_trigrams(vault, true);
	vault_index(vault);
	assert_found(vault, "dampf", "3");
	vault_set_trigrams(vault, true);
	assert_found(vault, "dampf", "3");
	assert_int_equal(vault_count(vault, "SELECT count(*) FROM messages"), 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
		TEST(texts_without_spaces_are_found),
		TEST(short_words_are_found),
		TEST(parts_of_words_are_found_in_any_case),
		TEST(what_is_not_in_a_row_is_not_found),
		TEST(changes_and_removals_are_followed),
		TEST(the_index_is_built_anew_when_it_changes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
