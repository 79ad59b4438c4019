#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "daemon/password.h"

/* Cheap on purpose: the cost is in the setting. */
#define HASH "$y$j75$mnrbOft5UPALMRfn4a97H0$amG14yR78VXd7sL0tk9B2EVwQt0c1.d6kGCZhnZl0q8"

static void only_the_right_password_matches(void **state)
{
	(void) state;
	assert_true(password_matches("segredo", HASH));
	assert_false(password_matches("Segredo", HASH));
	assert_false(password_matches("", HASH));
}

static void what_is_not_a_hash_matches_nothing(void **state)
{
	(void) state;
	assert_false(password_matches("segredo", ""));
	assert_false(password_matches("segredo", "*0"));
	assert_false(password_matches("segredo", "segredo"));
	assert_false(password_matches("*0", "*0"));
}

static void an_endless_password_is_not_hashed(void **state)
{
	char password[1000];

	(void) state;
	memset(password, 'x', sizeof(password) - 1);
	password[sizeof(password) - 1] = '\0';
	assert_false(password_matches(password, HASH));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_the_right_password_matches),
		cmocka_unit_test(what_is_not_a_hash_matches_nothing),
		cmocka_unit_test(an_endless_password_is_not_hashed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
