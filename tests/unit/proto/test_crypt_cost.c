/* Which hashes of crypt(3) cost too much; their texts are those of its crypt_gensalt(). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "proto/crypt_cost.h"

#define SALT "$V7qMYJaNbVKOeh4PhtqPk3"

static void what_systems_use_is_accepted(void **state)
{
	static const char *const hashes[] = { "$y$j9T" SALT "$x", "$y$j75" SALT, "$y$jCT" SALT,
		"$gy$j9T" SALT, "$7$CU..../....V7qMYJaNbVKOeh4PhtqPk3", "$7$DU..../....V7qM",
		"$2y$10$WUHhXETkX0fnYkrqZU3ta.", "$2a$14$WUHhXETkX0fnYkrqZU3ta.", "$6$salt$x",
		"$6$rounds=656000$salt$x", "$5$rounds=1000000$salt$x", "$1$salt$x", "$6$rounds$x",
		"SCRAM-SHA-256$4096:x", "", "$" };

	(void) state;
	for (size_t i = 0; i < sizeof(hashes) / sizeof(*hashes); i++)
		if (crypt_cost_is_too_high(hashes[i]))
			fail_msg("%s", hashes[i]);
}

static void what_would_keep_a_thread_busy_is_not(void **state)
{
	static const char *const hashes[] = { "$y$jDT" SALT, "$y$jzT" SALT, "$y$j9z" SALT,
		"$y$jTz" SALT, "$y$j9T/5" SALT, "$gy$jFT" SALT, "$7$EU..../....V7qM",
		"$7$CUzzzz/....V7qM", "$7$CU..../zzzzV7qM", "$7$zU..../....V7qM",
		"$7$6zzzzzzzzzzV7qM", "$2y$15$WUHhXETkX0fnYkrqZU3ta.", "$2b$99$x",
		"$6$rounds=1000001$salt$x", "$6$rounds=999999999$salt$x",
		"$5$rounds=18446744073709551617$salt$x" };

	(void) state;
	for (size_t i = 0; i < sizeof(hashes) / sizeof(*hashes); i++)
		if (!crypt_cost_is_too_high(hashes[i]))
			fail_msg("%s", hashes[i]);
}

static void what_is_cut_off_is_not(void **state)
{
	static const char *const hashes[] = { "$y$", "$y$j", "$y$j9", "$y$j9T", "$gy$*", "$7$",
		"$7$C", "$7$CU..", "$7$CU....", "$7$CU..../...", "$2y$", "$2y$1", "$2y$x0$",
		"$6$rounds=", "$6$rounds=5000", "$6$rounds=5x$" };

	(void) state;
	for (size_t i = 0; i < sizeof(hashes) / sizeof(*hashes); i++)
		if (!crypt_cost_is_too_high(hashes[i]))
			fail_msg("%s", hashes[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_systems_use_is_accepted),
		cmocka_unit_test(what_would_keep_a_thread_busy_is_not),
		cmocka_unit_test(what_is_cut_off_is_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
