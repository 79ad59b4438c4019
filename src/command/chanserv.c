/* Owns CHANSERV, and CS for short. Clients can also send its text as a message to ChanServ. */
#include "base/cleanup.h"
#include "bots/errand.h"
#include "command/commands.h"

static void run(struct call *call)
{
	CLEANUP(buffer_done) struct buffer text = errand_text(call, 0);

	call->asks_service = true;
	errand_run(call, &service_chanserv, buffer_text(&text));
}

static struct message_place find_chanserv_secret(const char *line, size_t length)
{
	return errand_find_secret_in_line(&service_chanserv, line, length, 1);
}

COMMAND(chanserv) = {
	.name = "CHANSERV",
	.cost = 1,
	.reach = COMMAND_REACH_WORLD,
	.find_secret = find_chanserv_secret,
	.run = run,
	.usage = "[<command>{ <parameter>}]",
	.help = "Tells ChanServ what to do with a registered channel. Its command HELP lists the "
		"others.",
};

COMMAND(cs) = {
	.name = "CS",
	.cost = 1,
	.reach = COMMAND_REACH_WORLD,
	.find_secret = find_chanserv_secret,
	.run = run,
	.usage = "[<command>{ <parameter>}]",
	.help = "The same as CHANSERV.",
};
