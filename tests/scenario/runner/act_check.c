/* Owns the check that papoctl can do what operators of scenarios do. */
#include "act_check.h"

#include <string.h>

#include "base/text.h"
#include "bots/bots.h"
#include "command/commands.h"
#include "stage.h"

#define OWN "papoctl "

static const char *logged_command(const struct log_fields *log)
{
	for (size_t i = 0; log->fields[i]; i += 2)
		if (strcmp(log->fields[i], "COMMAND") == 0)
			return log->fields[i + 1];
	return NULL;
}

/* "NickServ HOLD"; NULL: it is of no service. */
static const struct subcommand *find_logged_subcommand(const char *name)
{
	const char *space = strchr(name, ' ');
	const struct bot *bot;

	for (size_t i = 0; space && (bot = bots_row(i)); i++)
		if (text_starts_with(name, bot->service->name))
			return bot_find_subcommand(bot, space + 1, strlen(space + 1));
	return NULL;
}

static bool is_in_papoctl(const char *name)
{
	const struct subcommand *subcommand = find_logged_subcommand(name);
	const struct command *command = command_find(name);

	return text_starts_with(name, OWN) || (subcommand && subcommand->papoctl) ||
	       (command && command->papoctl);
}

void act_note(struct stage *stage, const struct log_fields *log)
{
	const char *name = log->entry == LOGBOOK_OPERATOR_ACT ? logged_command(log) : NULL;

	if (name && !is_in_papoctl(name))
		stage_fail(
			stage, "the row of %s does not say what papoctl has for operators", name);
	lines_put_log(&stage->log, log);
}
