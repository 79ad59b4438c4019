/* Owns MOTD and RULES: texts of the administrator. */
#include "command/motd.h"

#include "action/lookup.h"
#include "action/reply.h"
#include "base/cleanup.h"
#include "base/mem.h"
#include "base/text.h"
#include "command/commands.h"

static void put_motd(struct call *call, const char *line)
{
	reply(call, RPL_MOTD, line);
}

static void put_rules(struct call *call, const char *line)
{
	reply(call, RPL_RULES, line);
}

/* A final newline ends the last line and does not start another. */
static void put_lines(
	struct call *call, const char *text, void (*put)(struct call *call, const char *line))
{
	CLEANUP(mem_freep) char *copy = mem_text(text);
	char *rest = copy, *line;

	while ((line = text_split(&rest, '\n')))
		if (*line || rest)
			put(call, line);
}

void reply_motd(struct call *call)
{
	const struct settings *settings = call->world->settings;

	if (!settings->motd) {
		reply(call, ERR_NOMOTD);
		return;
	}
	reply(call, RPL_MOTDSTART, settings->server_name);
	put_lines(call, settings->motd, put_motd);
	reply(call, RPL_ENDOFMOTD);
}

static void run_motd(struct call *call)
{
	if (lookup_server(call, call->params[0]))
		reply_motd(call);
}

static void run_rules(struct call *call)
{
	const struct settings *settings = call->world->settings;

	if (!lookup_server(call, call->params[0]))
		return;
	if (!settings->rules) {
		reply(call, ERR_NORULES);
		return;
	}
	reply(call, RPL_RULESSTART, settings->server_name);
	put_lines(call, settings->rules, put_rules);
	reply(call, RPL_ENDOFRULES);
}

COMMAND(motd) = {
	.name = "MOTD",
	.cost = 2,
	.reach = COMMAND_REACH_SELF,
	.run = run_motd,
	.usage = "",
	.help = "Shows the message of the day.",
};

COMMAND(rules) = {
	.name = "RULES",
	.cost = 2,
	.reach = COMMAND_REACH_SELF,
	.run = run_rules,
	.usage = "",
	.help = "Shows the rules of this server.",
};
