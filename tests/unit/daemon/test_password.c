#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <crypt.h>
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

static bool matches_its_own(size_t length)
{
	struct crypt_data data = { 0 };
	char password[600];

	memset(password, 'x', length);
	password[length] = '\0';
	assert_non_null(crypt_r(password, "$5$rounds=1000$salt$", &data));
	return password_matches(password, data.output);
}

static void a_password_may_be_so_long_and_no_longer(void **state)
{
	(void) state;
	assert_true(matches_its_own(511));
	assert_false(matches_its_own(512));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_the_right_password_matches),
		cmocka_unit_test(what_is_not_a_hash_matches_nothing),
		cmocka_unit_test(an_endless_password_is_not_hashed),
		cmocka_unit_test(a_password_may_be_so_long_and_no_longer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
