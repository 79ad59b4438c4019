/* Owns NICKSERV, and NS for short. Clients can also send its text as a message to NickServ. */
#include "base/cleanup.h"
#include "bots/errand.h"
#include "bots/message_export.h"
#include "command/commands.h"

static void run(struct call *call)
{
	CLEANUP(buffer_done) struct buffer text = errand_text(call, 0);

	call->asks_service = true;
	errand_run(call, &service_nickserv, buffer_text(&text));
}

static struct message_place find_nickserv_secret(const char *line, size_t length)
{
	return errand_find_secret_in_line(&service_nickserv, line, length, 1);
}

COMMAND(nickserv) = {
	.name = "NICKSERV",
	.cost = 1,
	.reach = COMMAND_REACH_WORLD,
	.find_secret = find_nickserv_secret,
	.run = run,
	.answers = { &answer_export },
	.usage = "[<command>{ <parameter>}]",
	.help = "Tells NickServ what to do with your account. Its command HELP lists the others.",
};

COMMAND(ns) = {
	.name = "NS",
	.cost = 1,
	.reach = COMMAND_REACH_WORLD,
	.find_secret = find_nickserv_secret,
	.run = run,
	.usage = "[<command>{ <parameter>}]",
	.help = "The same as NICKSERV.",
};
