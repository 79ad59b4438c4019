/* Owns PING and PONG. Modern IRC, "PING message". */
#include "action/reply.h"
#include "command/commands.h"

static void run_ping(struct call *call)
{
	const char *name = call->world->settings->server_name;

	if (*call->params[0])
		reply_line(call, ":%s PONG %s :%s", name, name, call->params[0]);
	else
		reply(call, ERR_NOORIGIN);
}

/* Nothing to do: dispatch has recorded that the client sent a line. */
static void run_pong(struct call *call)
{
	(void) call;
}

COMMAND(ping) = {
	.name = "PING",
	.min_params = 1,
	.cost = 1,
	.flags = COMMAND_BEFORE_REGISTRATION,
	.reach = COMMAND_REACH_SELF,
	.run = run_ping,
	.usage = "<token>",
	.help = "Makes the server answer with PONG and the same token.",
};

COMMAND(pong) = {
	.name = "PONG",
	.cost = 0,
	.flags = COMMAND_BEFORE_REGISTRATION,
	.reach = COMMAND_REACH_SELF,
	.run = run_pong,
	.usage = "<token>",
	.help = "Answers the server's PING.",
};
