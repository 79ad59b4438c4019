/* Here systemctl is a script. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "daemon/systemctl.h"

struct fixture {
	char directory[32];
	char path[64]; /* of the script */
	char *search;  /* the original PATH */
};

static int setup(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));
	char search[128];

	strcpy(fixture->directory, "/tmp/papod-test-XXXXXX");
	if (!mkdtemp(fixture->directory))
		return -1;
	snprintf(fixture->path, sizeof(fixture->path), "%s/systemctl", fixture->directory);
	fixture->search = strdup(getenv("PATH"));
	snprintf(search, sizeof(search), "%s:/usr/bin:/bin", fixture->directory);
	setenv("PATH", search, 1);
	*state = fixture;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *fixture = *state;

	setenv("PATH", fixture->search, 1);
	free(fixture->search);
	unlink(fixture->path);
	rmdir(fixture->directory);
	free(fixture);
	return 0;
}

static void write_script(const struct fixture *fixture, const char *script)
{
	FILE *file = fopen(fixture->path, "we");

	assert_non_null(file);
	fprintf(file, "#!/bin/sh\n%s\n", script);
	fclose(file);
	assert_int_equal(chmod(fixture->path, 0755), 0);
}

static void its_status_is_ours(void **state)
{
	static const char *const words[] = { "--quiet", "restart", "a unit", NULL };
	static const char *const others[] = { "restart", NULL };

	write_script(
		*state, "[ \"$*\" = '--quiet restart a unit' ] && [ $# = 3 ] && exit 0; exit 7");
	assert_int_equal(systemctl_run(words), 0);
	assert_int_equal(systemctl_run(others), 7);
}

static void one_that_is_killed_has_failed(void **state)
{
	static const char *const words[] = { "restart", NULL };

	write_script(*state, "kill -KILL $$");
	assert_int_equal(systemctl_run(words), EX_OSERR);
}

/* Only the test's directory is searched, and it is empty. */
static void one_that_is_not_there_has_failed(void **state)
{
	static const char *const words[] = { "restart", NULL };
	const struct fixture *fixture = *state;

	setenv("PATH", fixture->directory, 1);
	assert_int_equal(systemctl_run(words), EX_OSERR);
}

static void assert_shown(const char *wanted)
{
	char *value = systemctl_show("papod.socket", "Listen");

	assert_string_equal(value, wanted);
	free(value);
}

static void values_have_a_line_each(void **state)
{
	write_script(
		*state, "[ \"$*\" = 'show --value -p Listen papod.socket' ] && echo a && echo b");
	assert_shown("a\nb");
	write_script(*state, "echo");
	assert_shown("");
	write_script(*state, "printf x");
	assert_shown("x");
	write_script(*state, "exit 1");
	assert_shown("");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(its_status_is_ours),
		TEST(one_that_is_killed_has_failed),
		TEST(one_that_is_not_there_has_failed),
		TEST(values_have_a_line_each),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
