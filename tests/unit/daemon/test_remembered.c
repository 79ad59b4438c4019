/* Passwords that were checked once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "daemon/remembered.h"

static void a_checked_password_is_known(void **state)
{
	struct remembered *remembered = remembered_new();

	(void) state;
	assert_false(remembered_knows(remembered, "hash", "password"));
	remembered_add(remembered, "hash", "password");
	assert_true(remembered_knows(remembered, "hash", "password"));
	remembered_free(remembered);
}

static void another_hash_or_password_is_not(void **state)
{
	struct remembered *remembered = remembered_new();

	(void) state;
	remembered_add(remembered, "hash", "password");
	assert_false(remembered_knows(remembered, "hash2", "password"));
	assert_false(remembered_knows(remembered, "hash", "passwords"));
	assert_false(remembered_knows(remembered, "hashpass", "word"));
	assert_false(remembered_knows(remembered, "", "hashpassword"));
	remembered_free(remembered);
}

static void two_processes_store_different_bytes(void **state)
{
	struct remembered *one = remembered_new(), *other = remembered_new();

	(void) state;
	remembered_add(one, "hash", "password");
	assert_false(remembered_knows(other, "hash", "password"));
	remembered_free(one);
	remembered_free(other);
}

static void the_last_ones_are_kept(void **state)
{
	struct remembered *remembered = remembered_new();
	char password[32];
	unsigned int n_known = 0;

	(void) state;
	for (int i = 0; i < 50000; i++) {
		snprintf(password, sizeof(password), "password %d", i);
		remembered_add(remembered, "hash", password);
		assert_true(remembered_knows(remembered, "hash", password));
	}
	for (int i = 0; i < 50000; i++) {
		snprintf(password, sizeof(password), "password %d", i);
		n_known += remembered_knows(remembered, "hash", password);
	}
	assert_in_range(n_known, 16000, 16384);
	remembered_free(remembered);
}

static void without_a_table_nothing_is_known(void **state)
{
	(void) state;
	remembered_add(NULL, "hash", "password");
	assert_false(remembered_knows(NULL, "hash", "password"));
	remembered_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_checked_password_is_known),
		cmocka_unit_test(another_hash_or_password_is_not),
		cmocka_unit_test(two_processes_store_different_bytes),
		cmocka_unit_test(the_last_ones_are_kept),
		cmocka_unit_test(without_a_table_nothing_is_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
