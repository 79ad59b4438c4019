/* Owns HELP of both services, from their rows. */
#include <string.h>

#include "bots/bots.h"
#include "bots/voice.h"
#include "world/operating.h"

#define NAME_COLUMN 11

static bool ends_sentence(const char *text)
{
	return (*text == '.' || *text == ':') && (text[1] == ' ' || !text[1]);
}

/* Of a help text, up to what may be a list. */
static size_t first_sentence(const char *help)
{
	size_t length = 0;

	while (help[length] && !ends_sentence(help + length))
		length++;
	return length;
}

/* A command of operators is shown to operators with its privilege. */
static bool shows_row(const struct errand *errand, const struct subcommand *row)
{
	const struct call *call = errand->call;

	return !row->privilege || session_has_privilege(call->world, call->session, row->privilege);
}

static void list_subcommands(struct errand *errand)
{
	const struct bot *bot = errand->bot;

	bot_say(errand, "%s: %s. Commands:", bot->service->name, bot->service->realname);
	for (size_t i = 0; i < bot->n_rows; i++) {
		const struct subcommand *row = bot->rows[i];

		if (shows_row(errand, row))
			bot_say(errand, "%-*s %.*s", NAME_COLUMN, row->name,
				(int) first_sentence(row->help), row->help);
	}
	bot_say(errand, "HELP <command> explains one.");
}

static void explain_option(struct errand *errand, const struct suboption *option)
{
	bot_say_option_usage(errand, option);
	bot_say_text(errand, option->help);
}

static void explain_row(struct errand *errand)
{
	const struct subcommand *row = errand->subcommand;
	const char *name = errand->params[1];
	const struct suboption *option =
		name ? subcommand_find_option(row, name, strlen(name)) : NULL;

	if (option) {
		explain_option(errand, option);
		return;
	}
	bot_say_usage(errand);
	bot_say_text(errand, row->help);
	for (size_t i = 0; i < row->n_options; i++)
		bot_say(errand, "%s %s %s", row->name, row->options[i].name, row->options[i].usage);
}

static void run_help(struct errand *errand)
{
	const char *name = errand->params[0];
	const struct subcommand *row =
		name ? bot_find_subcommand(errand->bot, name, strlen(name)) : NULL;

	if (!name) {
		list_subcommands(errand);
		return;
	}
	if (!row) {
		bot_say(errand, "There is no such command. HELP lists all commands.");
		return;
	}
	errand->subcommand = row;
	explain_row(errand);
}

NICKSERV(help) = {
	.name = "HELP",
	.max_params = 2,
	.cost = 1,
	.papoctl = "(papoctl --help lists its own commands)",
	.run = run_help,
	.usage = "[<command> [<option>]]",
	.help = "Explains a command or one of its options, or lists all commands.",
};

CHANSERV(help) = {
	.name = "HELP",
	.max_params = 2,
	.cost = 1,
	.papoctl = "(papoctl --help lists its own commands)",
	.run = run_help,
	.usage = "[<command> [<option>]]",
	.help = "Explains a command or one of its options, or lists all commands.",
};
