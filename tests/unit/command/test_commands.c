/* The table of all commands. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "action/long_answer.h"
#include "base/cleanup.h"
#include "base/mem.h"
#include "base/text.h"
#include "command/commands.h"
#include "config/text_checks.h"
#include "world/modes.h"
#include "world/world.h"

#define NAME_BYTES 32

/* Bisection fails in unsorted rows. */
static void the_rows_are_sorted(void **state)
{
	size_t n;
	const struct command *const *rows = commands_all(&n);

	(void) state;
	for (size_t i = 1; i < n; i++)
		if (strcmp(rows[i - 1]->name, rows[i]->name) >= 0)
			fail_msg("commands.def: %s must stand before %s", rows[i]->name,
				rows[i - 1]->name);
}

static void each_row_is_found_in_any_case(void **state)
{
	size_t n;
	const struct command *const *rows = commands_all(&n);
	char name[NAME_BYTES];

	(void) state;
	for (size_t i = 0; i < n; i++) {
		for (size_t at = 0; at <= strlen(rows[i]->name); at++)
			name[at] = at % 2 ? text_lower(rows[i]->name[at]) : rows[i]->name[at];
		assert_ptr_equal(command_find(name), rows[i]);
	}
	assert_null(command_find(""));
	assert_null(command_find("VERSIO"));
	assert_null(command_find("VERSIONS"));
}

static void each_row_says_all_that_help_shows(void **state)
{
	size_t n;
	const struct command *const *rows = commands_all(&n);

	(void) state;
	for (size_t i = 0; i < n; i++)
		if (!rows[i]->run || !rows[i]->reach || !rows[i]->usage || !rows[i]->help ||
			!*rows[i]->help)
			fail_msg("%s: its row has no run, reach, usage or help", rows[i]->name);
}

/* The number of the parameter with that name in the usage, from 1; 0: none. */
static int find_in_usage(const char *usage, const char *name)
{
	CLEANUP(mem_freep) char *copy = mem_text(usage);
	char *rest = copy, *word;

	for (int number = 1; (word = text_split(&rest, ' ')); number++)
		if (strcmp(word, name) == 0)
			return number;
	return 0;
}

static void each_password_is_named_as_a_secret(void **state)
{
	size_t n, n_secrets = 0;
	const struct command *const *rows = commands_all(&n);

	(void) state;
	for (size_t i = 0; i < n; i++) {
		int needed = find_in_usage(rows[i]->usage, "<password>");
		int optional = find_in_usage(rows[i]->usage, "[<password>]");
		int answer = find_in_usage(rows[i]->usage, "<mechanism>|<response>|*");
		int code = find_in_usage(rows[i]->usage, "<code>");
		int number = needed + optional + answer + code;

		n_secrets += number != 0;
		/* The usage does not show what only papod-gate sends. */
		if (strcmp(rows[i]->name, "FILEHOST") == 0)
			continue;
		if (rows[i]->secret != number || needed > rows[i]->min_params ||
			(optional && optional != rows[i]->min_params + 1))
			fail_msg("%s: its secret is parameter %d, not %d", rows[i]->name, number,
				rows[i]->secret);
		if (strstr(rows[i]->usage, "password") && !number)
			fail_msg("%s: a password is written <password>", rows[i]->name);
	}
	assert_true(n_secrets >= 3);
}

static void each_kind_of_answer_has_one_command(void **state)
{
	size_t n;
	const struct command *const *rows = commands_all(&n);
	int n_answers[ANSWER_KINDS] = { 0 };

	(void) state;
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < COMMAND_ANSWERS && rows[i]->answers[k]; k++)
			n_answers[rows[i]->answers[k]->kind]++;
	for (int kind = 1; kind < ANSWER_KINDS; kind++) {
		const struct long_answer *answer = command_find_answer((enum answer_kind) kind);

		if (n_answers[kind] != 1 || !answer || (int) answer->kind != kind || !answer->go_on)
			fail_msg("answer %d: %d commands give it", kind, n_answers[kind]);
	}
	assert_int_equal(n_answers[0], 0);
}

static const struct world plain_world = { 0 };
static const struct settings plain_settings = { .listens_by_default = true };

/* Modes that wait for accounts, and that users set: r is also a letter of WHO. */
static bool is_awaited_mode(char letter)
{
	const struct channel_mode *channel = channel_mode_find(letter);
	const struct user_mode *user = user_mode_find(letter);

	if ((channel && channel_mode_is_offered(channel, &plain_world, &plain_settings)) ||
		(user && user_mode_is_offered(user, &plain_world, &plain_settings)))
		return false;
	return channel || (user && !user->is_fixed);
}

static void assert_names_no_awaited_mode(const char *text)
{
	for (const char *at = text; *at; at++)
		if ((at == text || at[-1] == ' ') && (at[1] == '\0' || strchr(" ,.", at[1])) &&
			is_awaited_mode(*at))
			fail_msg("\"%s\" names mode %c, which no server has", text, *at);
}

static void help_names_only_modes_that_a_server_has(void **state)
{
	size_t n, n_modes;
	const struct command *const *rows = commands_all(&n);
	const struct channel_mode *modes = channel_modes_all(&n_modes);
	const struct privilege *privilege;

	(void) state;
	assert_true(is_awaited_mode('M') && is_awaited_mode('R') && !is_awaited_mode('g'));
	for (size_t i = 0; i < n; i++)
		assert_names_no_awaited_mode(rows[i]->help);
	for (size_t i = 0; i < n_modes; i++)
		if (channel_mode_is_offered(&modes[i], &plain_world, &plain_settings))
			assert_names_no_awaited_mode(modes[i].help);
	for (size_t i = 0; (privilege = privilege_row(i)); i++)
		assert_names_no_awaited_mode(privilege->text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_rows_are_sorted),
		cmocka_unit_test(each_row_is_found_in_any_case),
		cmocka_unit_test(each_row_says_all_that_help_shows),
		cmocka_unit_test(each_password_is_named_as_a_secret),
		cmocka_unit_test(each_kind_of_answer_has_one_command),
		cmocka_unit_test(help_names_only_modes_that_a_server_has),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
