/* Owns PASS. Modern IRC, "PASS message". */
#include "action/reply.h"
#include "base/mem.h"
#include "command/commands.h"
#include "world/session.h"

static void run(struct call *call)
{
	if (call->user)
		reply(call, ERR_ALREADYREGISTERED);
	else
		mem_set_secret(&call->session->registration->password, call->params[0]);
}

COMMAND(pass) = {
	.name = "PASS",
	.min_params = 1,
	.cost = 1,
	.flags = COMMAND_BEFORE_REGISTRATION,
	.reach = COMMAND_REACH_SELF,
	.secret = 1,
	.run = run,
	.usage = "<password>",
	.help = "Sends the password of the server, before NICK and USER.",
};
