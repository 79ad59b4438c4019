#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "daemon/arguments.h"

#define PARSE(arguments, ...)                                                                      \
	parse((arguments), (const char *const[]){ "papod", __VA_ARGS__ __VA_OPT__(, ) NULL })

static char errors_text[256]; /* printed by the last parse */

/* getopt reorders the words, so it gets copies. */
static bool parse(struct arguments *arguments, const char *const *words)
{
	static char storage[8][64];
	char *argv[9] = { NULL };
	int argc = 0;
	FILE *errors = fmemopen(errors_text, sizeof(errors_text), "w");
	bool is_good;

	errors_text[0] = '\0';

	for (; words[argc]; argc++) {
		snprintf(storage[argc], sizeof(storage[argc]), "%s", words[argc]);
		argv[argc] = storage[argc];
	}
	is_good = arguments_parse(argc, argv, errors, arguments);
	fclose(errors);
	return is_good;
}

static void nothing_said_means_serve(void **state)
{
	struct arguments arguments;

	(void) state;
	assert_true(PARSE(&arguments));
	assert_int_equal(arguments.action, ACTION_RUN);
	assert_null(arguments.config);
}

static void check_takes_the_file_as_a_word(void **state)
{
	struct arguments arguments;

	(void) state;
	assert_true(PARSE(&arguments, "--check", "papod.conf"));
	assert_int_equal(arguments.action, ACTION_CHECK);
	assert_string_equal(arguments.config, "papod.conf");
	assert_true(PARSE(&arguments, "-t", "-c", "other.conf"));
	assert_string_equal(arguments.config, "other.conf");
}

static void serving_takes_no_word(void **state)
{
	struct arguments arguments;

	(void) state;
	assert_false(PARSE(&arguments, "papod.conf"));
	assert_string_equal(
		errors_text, "papod: unexpected argument \"papod.conf\"; see papod --help\n");
	assert_false(PARSE(&arguments, "--check", "one", "two"));
	assert_string_equal(errors_text, "papod: unexpected argument \"two\"; see papod --help\n");
	assert_false(PARSE(&arguments, "--check", "-c", "one", "two"));
	assert_false(PARSE(&arguments, "--apply", "one"));
	assert_false(PARSE(&arguments, "--replay", "one", "two"));
}

static void what_is_no_option_is_refused(void **state)
{
	struct arguments arguments = { .action = ACTION_HELP };

	(void) state;
	opterr = 0;
	assert_false(PARSE(&arguments, "--nonsense"));
	assert_string_equal(errors_text, "papod --help lists all options\n");
	assert_false(PARSE(&arguments, "--check", "--changed"));
	assert_string_equal(errors_text, "papod: --changed needs --show-config\n");
	assert_false(PARSE(&arguments, "--changed"));
	assert_false(PARSE(&arguments, "--record"));
	opterr = 1;
	assert_int_equal(arguments.action, ACTION_HELP);
	assert_null(arguments.words);
}

static void each_action_has_its_words(void **state)
{
	struct arguments arguments;

	(void) state;
	assert_true(PARSE(&arguments, "--show-config", "--changed", "papod.conf"));
	assert_int_equal(arguments.action, ACTION_SHOW_CONFIG);
	assert_true(arguments.is_changed);
	assert_string_equal(arguments.config, "papod.conf");
	assert_string_equal(arguments.words[0], "papod");
	assert_true(PARSE(&arguments, "--show-config"));
	assert_false(arguments.is_changed || arguments.is_verbose);
	assert_true(PARSE(&arguments, "--apply"));
	assert_int_equal(arguments.action, ACTION_APPLY);
	assert_true(PARSE(&arguments, "--sample-config"));
	assert_int_equal(arguments.action, ACTION_SAMPLE_CONFIG);
	assert_true(PARSE(&arguments, "--hash-password"));
	assert_int_equal(arguments.action, ACTION_HASH_PASSWORD);
	assert_true(PARSE(&arguments, "-h"));
	assert_int_equal(arguments.action, ACTION_HELP);
	assert_true(PARSE(&arguments, "-V"));
	assert_int_equal(arguments.action, ACTION_VERSION);
}

static void files_of_recordings_are_kept(void **state)
{
	struct arguments arguments;

	(void) state;
	assert_true(PARSE(&arguments, "--record", "events", "-v"));
	assert_int_equal(arguments.action, ACTION_RUN);
	assert_string_equal(arguments.record, "events");
	assert_true(arguments.is_verbose);
	assert_true(PARSE(&arguments, "--replay=events"));
	assert_int_equal(arguments.action, ACTION_REPLAY);
	assert_string_equal(arguments.replay, "events");
	assert_true(PARSE(&arguments, "--backup", "-", "-c", "my.conf"));
	assert_int_equal(arguments.action, ACTION_BACKUP);
	assert_string_equal(arguments.backup, "-");
	assert_false(PARSE(&arguments, "--backup"));
	assert_false(PARSE(&arguments, "--backup", "one", "two"));
}

static void every_row_is_in_the_help(void **state)
{
	char *help = NULL, name[64];
	size_t length;
	FILE *out = open_memstream(&help, &length);

	(void) state;
	arguments_help(out);
	fclose(out);
	assert_int_equal(strncmp(help, "Usage: papod [OPTION]...\n\nAn IRC server. ", 41), 0);
	assert_non_null(strstr(help, "  -c, --config FILE"));
	assert_non_null(strstr(help, "  -t, --check [FILE]         "));
	assert_non_null(strstr(help, "      --replay FILE"));
	assert_non_null(strstr(help, "\n\nSignals: HUP reloads the configuration, "));
	assert_non_null(strstr(help, "\nManual: man papod, man papod.conf\n"));
	for (size_t i = 0; arguments_row(i); i++) {
		snprintf(name, sizeof(name), "--%s", arguments_row(i)->name);
		assert_non_null(strstr(help, name));
		assert_non_null(strstr(help, arguments_row(i)->help));
	}
	free(help);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_said_means_serve),
		cmocka_unit_test(check_takes_the_file_as_a_word),
		cmocka_unit_test(serving_takes_no_word),
		cmocka_unit_test(what_is_no_option_is_refused),
		cmocka_unit_test(each_action_has_its_words),
		cmocka_unit_test(files_of_recordings_are_kept),
		cmocka_unit_test(every_row_is_in_the_help),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
