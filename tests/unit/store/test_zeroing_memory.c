/* SQLite's memory: copies of what was in it are overwritten, and growing is cheap all the same. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <sqlite3.h>
#include <string.h>

#include "base/cleanup.h"
#include "store/zeroing_memory.h"

#define MANY 200000

static int set_up(void **state)
{
	(void) state;
	zeroing_memory_install();
	return sqlite3_initialize();
}

static int tear_down(void **state)
{
	(void) state;
	return sqlite3_shutdown();
}

/* Otherwise an answer whose size is the number of its rows takes the square of that. */
static void an_array_that_grows_is_seldom_copied(void **state)
{
	uint32_t *numbers = NULL;
	size_t n_moves = 0;

	(void) state;
	for (uint32_t i = 0; i < MANY; i++) {
		uint32_t *grown = sqlite3_realloc64(numbers, (i + 1) * sizeof(*numbers));

		assert_non_null(grown);
		n_moves += grown != numbers;
		numbers = grown;
		numbers[i] = i;
	}
	for (uint32_t i = 0; i < MANY; i++)
		assert_int_equal(numbers[i], i);
	assert_in_range(n_moves, 2, 300);
	sqlite3_free(numbers);
}

static void an_array_that_shrinks_gives_memory_back(void **state)
{
	char *bytes = sqlite3_malloc64(MANY);

	(void) state;
	memset(bytes, 'x', MANY);
	bytes = sqlite3_realloc64(bytes, MANY / 4);
	assert_non_null(bytes);
	assert_in_range(sqlite3_msize(bytes), MANY / 4, MANY / 2);
	assert_int_equal(bytes[MANY / 4 - 1], 'x');
	sqlite3_free(bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_array_that_grows_is_seldom_copied),
		cmocka_unit_test(an_array_that_shrinks_gives_memory_back),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
