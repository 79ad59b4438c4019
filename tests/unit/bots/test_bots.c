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
	if (!row->run || !row->usage || !row->help || !*row->help)
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

static void check_password(const struct bot *bot, const struct subcommand *row)
{
	if ((strstr(row->usage, "password") != NULL) != (row->secret != 0))
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

/* Only the password: without a name, the only word; with one, what follows it. */
static void the_last_parameter_of_a_login_is_a_secret(void **state)
{
	(void) state;
	assert_secret("NS IDENTIFY hunter2", "hunter2");
	assert_secret("NS IDENTIFY ana hunter2", "hunter2");
	assert_secret("NS login :ana two  words ", "two  words");
	assert_secret("NS IDENTIFY", "");
	assert_secret("PRIVMSG NickServ :identify ana :hunter2", ":hunter2");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_rows_are_sorted),
		cmocka_unit_test(each_row_is_complete),
		cmocka_unit_test(each_password_is_named_as_a_secret),
		cmocka_unit_test(what_follows_an_unknown_word_is_a_secret),
		cmocka_unit_test(the_last_parameter_of_a_login_is_a_secret),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
