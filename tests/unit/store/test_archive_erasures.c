/* Removals of many rows are done in parts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <sqlite3.h>

#include "store/archive_erasures.h"
#include "vault.h"

#define MANY 3100 /* rows: more than are looked at or removed at once */

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

static struct history_row row_at(int64_t target, uint64_t id)
{
	return (struct history_row){ .target = target, .id = id };
}

static size_t finish_erasures(struct vault *vault)
{
	size_t n = 0;

	while (archive_erasures_go_on(vault->tables) == SQLITE_OK)
		n++;
	return n;
}

/* A request only notes it. */
static void messages_to_keep_are_counted_in_parts(void **state)
{
	struct vault *vault = *state;

	vault_say_many(vault, 1, 1, 45000); /* a third are events */
	vault_change(vault, HISTORY_REQUEST_KEEP, row_at(1, 0), 28000);
	assert_int_equal(vault_count(vault, "SELECT count(*) FROM messages"), 45000);
	assert_in_range(finish_erasures(vault), 8, 12);
	assert_int_equal(
		vault_count(vault, "SELECT count(*) FROM messages WHERE verb <= 2"), 28000);
	assert_int_equal(vault_count(vault, "SELECT min(id) FROM messages"), 3001);
	vault_change(vault, HISTORY_REQUEST_KEEP, row_at(1, 0), 28000);
	assert_in_range(finish_erasures(vault), 2, 3);
	vault_change(vault, HISTORY_REQUEST_KEEP, row_at(1, 0), 1);
	finish_erasures(vault);
	assert_string_equal(vault_ids(vault), "45000");
}

static void erasures_go_on_after_a_new_start(void **state)
{
	struct vault *vault = *state;

	vault_say_many(vault, 1, 1, MANY);
	vault_index(vault);
	vault_change(vault, HISTORY_REQUEST_FORGET, row_at(0, 1000000), 1);
	vault_change(vault, HISTORY_REQUEST_ERASE, row_at(1, 0), 0);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(archive_erasures_go_on(vault->tables), SQLITE_OK);
		vault_close(vault);
		vault_open(vault);
	}
	assert_true(vault_count(vault, "SELECT count(*) FROM messages") > 0);
	vault_keep_up(vault);
	assert_string_equal(vault_ids(vault), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
		TEST(messages_to_keep_are_counted_in_parts),
		TEST(erasures_go_on_after_a_new_start),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
