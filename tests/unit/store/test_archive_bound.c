/* A history that may have only so many bytes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <sqlite3.h>

#include "store/archive_bound.h"
#include "vault.h"

#define MOST_BYTES (1 << 20)
#define USED                                                                                       \
	"SELECT (page_count - freelist_count) * page_size"                                         \
	" FROM pragma_page_count, pragma_freelist_count, pragma_page_size"

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

/* Everything that the writer does after a chunk; returns how often something went. */
static size_t keep(struct vault *vault)
{
	int result;
	size_t n = 0;

	for (;;) {
		vault_keep_up(vault);
		result = archive_bound_keep(vault->tables);
		if (result == SQLITE_DONE)
			return n;
		assert_int_equal(result, SQLITE_OK);
		n++;
	}
}

static void the_oldest_go_whatever_their_channel(void **state)
{
	struct vault *vault = *state;

	archive_bound_set(vault->tables, MOST_BYTES);
	for (uint64_t i = 0; i < 20; i++) {
		vault_say_many(vault, (int64_t) (1 + i % 3), 1 + i * 1000, 1000);
		(void) keep(vault);
		assert_in_range(vault_count(vault, USED), 1, MOST_BYTES);
	}
	assert_int_equal(vault_count(vault, "SELECT max(id) FROM messages"), 20000);
	assert_in_range(vault_count(vault, "SELECT min(id) FROM messages"), 5000, 19000);
	assert_int_equal(
		vault_count(vault, "SELECT max(id) - min(id) + 1 - count(*) FROM messages"), 0);
}

static void what_has_room_stays(void **state)
{
	struct vault *vault = *state;

	vault_say_many(vault, 1, 1, 5000);
	assert_int_equal(keep(vault), 0);
	archive_bound_set(vault->tables, 64 << 20);
	assert_int_equal(keep(vault), 0);
	assert_int_equal(vault_count(vault, "SELECT count(*) FROM messages"), 5000);
}

/* A few rows may be too large together: they stay, and go with the next ones. */
static void the_newest_stay(void **state)
{
	struct vault *vault = *state;

	archive_bound_set(vault->tables, 1);
	vault_say_many(vault, 1, 1, 1999);
	assert_int_equal(keep(vault), 1);
	assert_int_equal(vault_count(vault, "SELECT count(*) FROM messages"), 999);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_oldest_go_whatever_their_channel),
		TEST(what_has_room_stays),
		TEST(the_newest_stay),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
