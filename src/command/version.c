/* Owns VERSION. Modern IRC, "VERSION message". */
#include "action/lookup.h"
#include "action/reply.h"
#include "command/commands.h"
#include "command/isupport.h"

static void run(struct call *call)
{
	const struct settings *settings = call->world->settings;

	if (!lookup_server(call, call->params[0]))
		return;
	reply(call, RPL_VERSION, PACKAGE_NAME "-" PACKAGE_VERSION, settings->server_name,
		settings->description);
	reply_isupport(call);
}

COMMAND(version) = {
	.name = "VERSION",
	.cost = 2,
	.flags = COMMAND_BEFORE_REGISTRATION,
	.reach = COMMAND_REACH_SELF,
	.run = run,
	.usage = "",
	.help = "Shows the program and version that this server runs, and its features.",
};
