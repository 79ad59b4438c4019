/* Which files form a configuration, and what is said of those that cannot be read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <sys/stat.h>
#include <unistd.h>

#include "config/problem.h"
#include "daemon/configuration.h"

static const char *const files[] = { "papod.conf", "secrets.ini", "motd", "credentials/secrets.ini",
	"credentials", "cloak.key" };

struct fixture {
	char directory[32];
	char config[64];
	struct log log;
	struct problems problems;
	struct buffer names;
	struct settings *settings;
};

static int setup(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));

	strcpy(fixture->directory, "/tmp/papod-test-XXXXXX");
	if (!mkdtemp(fixture->directory))
		return -1;
	snprintf(fixture->config, sizeof(fixture->config), "%s/papod.conf", fixture->directory);
	unsetenv("CREDENTIALS_DIRECTORY");
	unsetenv("STATE_DIRECTORY");
	*state = fixture;
	return 0;
}

static void forget(struct fixture *fixture)
{
	settings_unref(fixture->settings);
	problems_done(&fixture->problems);
	buffer_clear(&fixture->names);
}

static int teardown(void **state)
{
	struct fixture *fixture = *state;
	char path[96];

	forget(fixture);
	buffer_done(&fixture->names);
	unsetenv("CREDENTIALS_DIRECTORY");
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", fixture->directory, files[i]);
		remove(path);
	}
	assert_int_equal(rmdir(fixture->directory), 0);
	free(fixture);
	return 0;
}

static void write_file(
	const struct fixture *fixture, const char *name, mode_t mode, const char *text)
{
	char path[96];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", fixture->directory, name);
	unlink(path); /* its owner may not be allowed to write to it */
	file = fopen(path, "we");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
	assert_int_equal(chmod(path, mode), 0);
}

static void read_all(struct fixture *fixture, struct cloak_key *key)
{
	forget(fixture);
	fixture->settings =
		configuration_read(fixture->config, key, &fixture->problems, &fixture->names);
}

/* The names, with the directory left out. */
static void assert_names(const struct fixture *fixture, const char *wanted)
{
	struct buffer names = { 0 };
	size_t length = strlen(fixture->directory);
	const char *rest = buffer_text(&fixture->names), *at;

	while ((at = strstr(rest, fixture->directory))) {
		buffer_put(&names, rest, (size_t) (at - rest));
		rest = at + length + 1;
	}
	buffer_put_text(&names, rest);
	assert_string_equal(buffer_text(&names), wanted);
	buffer_done(&names);
}

static void assert_problem(const struct fixture *fixture, bool is_warning, const char *text)
{
	assert_int_equal(fixture->problems.count, 1);
	assert_int_equal(fixture->problems.items[0].is_warning, is_warning);
	assert_non_null(strstr(fixture->problems.items[0].text, text));
	assert_true((fixture->settings != NULL) == is_warning);
}

static void texts_are_beside_the_file_that_names_them(void **state)
{
	struct fixture *fixture = *state;

	write_file(fixture, "papod.conf", 0644, "files: { motd = \"motd\"; rules = \"motd\"; };\n");
	write_file(fixture, "motd", 0644, "Hello\n");
	read_all(fixture, NULL);
	assert_non_null(fixture->settings);
	assert_names(fixture, "papod.conf motd motd");
	assert_string_equal(fixture->settings->motd, "Hello\n");
	assert_string_equal(fixture->settings->rules, "Hello\n");
	assert_int_equal(fixture->problems.count, 0);
}

static void a_text_that_is_missing_is_an_error_of_its_option(void **state)
{
	struct fixture *fixture = *state;
	char text[96];

	write_file(fixture, "papod.conf", 0644, "\nfiles: { motd = \"motd\"; };\n");
	read_all(fixture, NULL);
	snprintf(text, sizeof(text), "%s/motd cannot be read: ", fixture->directory);
	assert_problem(fixture, false, text);
	assert_string_equal(fixture->problems.items[0].file, fixture->config);
	assert_int_equal(fixture->problems.items[0].line, 2);
	write_file(fixture, "papod.conf", 0644, "files: { motd = \"/nonexistent/motd\"; };\n");
	read_all(fixture, NULL);
	assert_problem(fixture, false, "/nonexistent/motd cannot be read: ");
}

#define SECRETS "[cloak]\nkey = 000102030405060708090a0b0c0d0e0f\n"

static void secrets_should_be_read_by_few_and_written_by_one(void **state)
{
	static const mode_t good[] = { 0600, 0640, 0400, 0440, 0750 };
	static const mode_t bad[] = { 0620, 0602, 0666, 0660 };
	struct fixture *fixture = *state;

	write_file(fixture, "papod.conf", 0644, "");
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		write_file(fixture, "secrets.ini", good[i], SECRETS);
		read_all(fixture, NULL);
		assert_int_equal(fixture->problems.count, 0);
		assert_string_equal(
			fixture->settings->cloak_key, "000102030405060708090a0b0c0d0e0f");
		assert_names(fixture, "papod.conf secrets.ini");
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		write_file(fixture, "secrets.ini", bad[i], SECRETS);
		read_all(fixture, NULL);
		assert_problem(fixture, false, "other users than its owner may write it");
	}
	write_file(fixture, "secrets.ini", 0644, SECRETS);
	read_all(fixture, NULL);
	assert_problem(fixture, true, "has mode 0644: every user may read these secrets");
}

/* systemd guards the credentials, so their mode says nothing. */
static void credentials_take_the_place_of_secrets(void **state)
{
	struct fixture *fixture = *state;
	char path[64];

	snprintf(path, sizeof(path), "%s/credentials", fixture->directory);
	assert_int_equal(mkdir(path, 0755), 0);
	write_file(fixture, "papod.conf", 0644, "");
	write_file(fixture, "secrets.ini", 0600, SECRETS);
	setenv("CREDENTIALS_DIRECTORY", path, 1);
	read_all(fixture, NULL);
	assert_names(fixture, "papod.conf secrets.ini");
	write_file(fixture, "credentials/secrets.ini", 0666, SECRETS);
	read_all(fixture, NULL);
	assert_int_equal(fixture->problems.count, 0);
	assert_names(fixture, "papod.conf credentials/secrets.ini");
}

static void secrets_that_cannot_be_read_are_an_error(void **state)
{
	struct fixture *fixture = *state;
	char path[64];

	snprintf(path, sizeof(path), "%s/secrets.ini", fixture->directory);
	assert_int_equal(mkdir(path, 0755), 0);
	write_file(fixture, "papod.conf", 0644, "");
	read_all(fixture, NULL);
	assert_problem(fixture, false, "cannot be read: this is not a regular file");
	assert_string_equal(fixture->problems.items[0].file, path);
}

static void only_cloaks_without_a_key_need_one(void **state)
{
	struct fixture *fixture = *state;
	struct cloak_key *key = cloak_key_new(&fixture->log);

	write_file(fixture, "papod.conf", 0644, "cloak: { hosts = false; };\n");
	read_all(fixture, key);
	assert_names(fixture, "papod.conf");
	write_file(fixture, "papod.conf", 0644, "cloak: { hosts = true; };\n");
	setenv("STATE_DIRECTORY", fixture->directory, 1);
	read_all(fixture, key);
	assert_names(fixture, "papod.conf cloak.key");
	assert_non_null(fixture->settings->cloak_key);
	write_file(fixture, "secrets.ini", 0600, SECRETS);
	read_all(fixture, key);
	assert_names(fixture, "papod.conf secrets.ini");
	unsetenv("STATE_DIRECTORY");
	cloak_key_free(key);
}

static void a_mistake_refuses_all(void **state)
{
	struct fixture *fixture = *state;

	write_file(fixture, "papod.conf", 0644, "nonsense = 1;\n");
	read_all(fixture, NULL);
	assert_problem(fixture, false, "");
	assert_names(fixture, "papod.conf");
}

/* The room config does not know modes. */
static void wrong_modes_are_found_beside_other_errors(void **state)
{
	struct fixture *fixture = *state;

	write_file(fixture, "papod.conf", 0644,
		"limits: { nick_length = 1; };\n"
		"permanent_channels = ( { name = \"#a\"; modes = \"+n\"; },\n"
		"{ name = \"#b\"; modes = \"+!\"; } );\n");
	read_all(fixture, NULL);
	assert_null(fixture->settings);
	assert_int_equal(fixture->problems.n_errors, 2);
	assert_string_equal(fixture->problems.items[0].option, "limits.nick_length");
	assert_string_equal(fixture->problems.items[1].option, "permanent_channels.modes");
	assert_string_equal(fixture->problems.items[1].file, fixture->config);
	assert_int_equal(fixture->problems.items[1].line, 3);
	write_file(fixture, "papod.conf", 0644,
		"permanent_channels = ( { name = \"#b\"; modes = \"+!\"; } );\n");
	read_all(fixture, NULL);
	assert_problem(fixture, false, "there is no mode !");
}

static void the_service_has_the_default_file(void **state)
{
	(void) state;
	assert_true(configuration_is_service(NULL));
	assert_true(configuration_is_service(SYSCONFDIR "/papod.conf"));
	assert_true(configuration_is_service(SYSCONFDIR "/instances/den-2/papod.conf"));
	assert_false(configuration_is_service("papod.conf"));
	assert_false(configuration_is_service(SYSCONFDIR "/instances/papod.conf"));
	assert_false(configuration_is_service(SYSCONFDIR "/instances/a/b/papod.conf"));
	assert_false(configuration_is_service(SYSCONFDIR "/instances/a_b/papod.conf"));
	assert_false(configuration_is_service(SYSCONFDIR "/instances/-a/papod.conf"));
	assert_false(configuration_is_service(SYSCONFDIR "/instances/a/other.conf"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(texts_are_beside_the_file_that_names_them),
		TEST(a_text_that_is_missing_is_an_error_of_its_option),
		TEST(secrets_should_be_read_by_few_and_written_by_one),
		TEST(credentials_take_the_place_of_secrets),
		TEST(secrets_that_cannot_be_read_are_an_error),
		TEST(only_cloaks_without_a_key_need_one),
		TEST(a_mistake_refuses_all),
		TEST(wrong_modes_are_found_beside_other_errors),
		TEST(the_service_has_the_default_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
