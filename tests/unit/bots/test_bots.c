/* The tables of the services. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "base/text.h"
#include "bots/errand.h"

/* Call visit for each row. */
static void each_row(void (*visit)(const struct bot *bot, const struct subcommand *row))
{
	const struct bot *bot;

	for (size_t i = 0; (bot = bots_row(i)); i++)
		for (size_t k = 0; k < bot->n_rows; k++)
			visit(bot, bot->rows[k]);
}

static void the_rows_are_sorted(void **state)
{
	const struct bot *bot;

	(void) state;
	for (size_t i = 0; (bot = bots_row(i)); i++)
		for (size_t k = 1; k < bot->n_rows; k++)
			if (strcmp(bot->rows[k - 1]->name, bot->rows[k]->name) >= 0)
				fail_msg("%s: %s must stand before %s", bot->service->name,
					bot->rows[k]->name, bot->rows[k - 1]->name);
}

static void check_row(const struct bot *bot, const struct subcommand *row)
{
	if ((!row->run && !row->options) || !row->usage || !row->help || !*row->help)
		fail_msg("%s %s: its row has no run, usage or help", bot->service->name, row->name);
	if (row->min_params > row->max_params || row->max_params > ERRAND_PARAMS ||
		row->secret > row->max_params)
		fail_msg("%s %s: its numbers of parameters contradict", bot->service->name,
			row->name);
	assert_ptr_equal(bot_find_subcommand(bot, row->name, strlen(row->name)), row);
}

static void each_row_is_complete(void **state)
{
	(void) state;
	each_row(check_row);
}

static void check_options(const struct bot *bot, const struct subcommand *row)
{
	for (size_t i = 0; i < row->n_options; i++) {
		const struct suboption *option = &row->options[i];

		if (!option->run || !*option->usage || !*option->help ||
			(strstr(option->usage, "password") != NULL) != option->is_secret)
			fail_msg("%s %s %s: its row is incomplete, or its usage contradicts",
				bot->service->name, row->name, option->name);
		if (i && strcmp(option[-1].name, option->name) >= 0)
			fail_msg("%s %s: %s is out of order", bot->service->name, row->name,
				option->name);
		assert_ptr_equal(
			subcommand_find_option(row, option->name, strlen(option->name)), option);
	}
	if (row->options)
		assert_true(row->min_params == 1 && row->max_params == 2 && !row->secret);
}

static void each_option_is_complete(void **state)
{
	(void) state;
	each_row(check_options);
}

static void check_password(const struct bot *bot, const struct subcommand *row)
{
	bool has_password = strstr(row->usage, "password") || strstr(row->usage, "six digits");

	/* Some codes are secrets, others are not. */
	if (has_password != (row->secret != 0) && !(row->secret && strstr(row->usage, "code")))
		fail_msg("%s %s: its secret and its usage contradict", bot->service->name,
			row->name);
}

static void each_password_is_named_as_a_secret(void **state)
{
	(void) state;
	each_row(check_password);
}

static void assert_secret(const char *line, const char *secret)
{
	struct message_place place = errand_find_secret_in_line(
		&service_nickserv, line, strlen(line), text_starts_with(line, "NS") ? 1 : 2);

	assert_int_equal(place.length, strlen(secret));
	assert_memory_equal(line + place.at, secret, strlen(secret));
}

/* A word that is no command may be a misspelled one. */
static void what_follows_an_unknown_word_is_a_secret(void **state)
{
	(void) state;
	assert_secret("NS HELP INFO", "");
	assert_secret("NS INFI", "");
	assert_secret("NS", "");
	assert_secret("NS :", "");
	assert_secret("NS INFI hunter2", "hunter2");
	assert_secret("NS  INFI  hunter2  more ", "hunter2  more");
	assert_secret("NS :INFI  hunter2 ", "hunter2");
	assert_secret("NS INFI :hunter2", "hunter2");
	assert_secret("NS :  INFI  :hunter2", ":hunter2");
	assert_secret("@a=b :source PRIVMSG NickServ INFI hunter2 :more", "hunter2 :more");
	assert_secret("PRIVMSG NickServ :INFI hunter2 more", "hunter2 more");
	assert_secret("PRIVMSG NickServ :HELP hunter2", "");
	assert_secret("PRIVMSG NickServ", "");
}

/* The first word may belong to the password. */
static void each_word_of_a_login_is_a_secret(void **state)
{
	(void) state;
	assert_secret("NS IDENTIFY hunter2", "hunter2");
	assert_secret("NS IDENTIFY ana hunter2", "ana hunter2");
	assert_secret("NS IDENTIFY correct horse battery", "correct horse battery");
	assert_secret("NS login :ana two  words ", "ana two  words");
	assert_secret("NS IDENTIFY", "");
	assert_secret("PRIVMSG NickServ :identify ana :hunter2", "ana :hunter2");
}

/* Only an e-mail address stands after a password; a word that may be a part of it does not. */
static void all_after_a_password_is_a_secret_without_an_address(void **state)
{
	(void) state;
	assert_secret("NS REGISTER hunter2", "hunter2");
	assert_secret("NS REGISTER hunter2 ana@example.org", "hunter2");
	assert_secret("NS REGISTER hunter2 :ana@example.org ", "hunter2");
	assert_secret("PRIVMSG NickServ :REGISTER  hunter2  ana@example.org ", "hunter2");
	assert_secret("NS REGISTER hunter2 hunter3", "hunter2 hunter3");
	assert_secret("NS :REGISTER hunter2  hunter3 ", "hunter2  hunter3");
	assert_secret("NS REGISTER hunter2 p@ss!", "hunter2 p@ss!");
	assert_secret(
		"NS REGISTER hunter2 hunter3 ana@example.org", "hunter2 hunter3 ana@example.org");
	assert_secret("NS REGISTER", "");
}

static void option_decides_what_is_a_secret(void **state)
{
	(void) state;
	assert_secret("NS SET EMAIL ana@example.org", "");
	assert_secret("NS SET", "");
	assert_secret("NS SET PASSWORD", "");
	assert_secret("NS SET password hunter2", "hunter2");
	assert_secret("PRIVMSG NickServ :set Password  two  words ", "two  words");
	assert_secret("NS SET PASSWROD hunter2", "hunter2");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_rows_are_sorted),
		cmocka_unit_test(each_row_is_complete),
		cmocka_unit_test(each_option_is_complete),
		cmocka_unit_test(each_password_is_named_as_a_secret),
		cmocka_unit_test(what_follows_an_unknown_word_is_a_secret),
		cmocka_unit_test(each_word_of_a_login_is_a_secret),
		cmocka_unit_test(all_after_a_password_is_a_secret_without_an_address),
		cmocka_unit_test(option_decides_what_is_a_secret),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
