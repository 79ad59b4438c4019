/* Owns HELP of both services, from their rows. */
#include <string.h>

#include "base/cleanup.h"
#include "bots/bots.h"
#include "bots/voice.h"

/* Lines of names are filled up to this length. */
#define LINE_BYTES 60

static void list_subcommands(struct errand *errand)
{
	const struct bot *bot = errand->bot;
	CLEANUP(buffer_done) struct buffer line = { 0 };

	bot_say(errand, "%s: %s. Commands:", bot->service->name, bot->service->realname);
	for (size_t i = 0; i < bot->n_rows; i++) {
		buffer_format(&line, "%s%s", line.length ? " " : "", bot->rows[i]->name);
		if (line.length < LINE_BYTES && i + 1 < bot->n_rows)
			continue;
		bot_say(errand, "%s", line.bytes);
		buffer_clear(&line);
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
	.run = run_help,
	.usage = "[<command> [<option>]]",
	.help = "Explains a command or one of its options, or lists all commands.",
};

CHANSERV(help) = {
	.name = "HELP",
	.max_params = 2,
	.run = run_help,
	.usage = "[<command> [<option>]]",
	.help = "Explains a command or one of its options, or lists all commands.",
};
