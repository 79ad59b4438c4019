/* Owns ADMIN. Modern IRC, "ADMIN message". */
#include "action/lookup.h"
#include "action/reply.h"
#include "command/commands.h"

static void run(struct call *call)
{
	const struct settings *settings = call->world->settings;

	if (!lookup_server(call, call->params[0]))
		return;
	if (!settings->admin_location && !settings->admin_organisation && !settings->admin_email) {
		reply(call, ERR_NOADMININFO, settings->server_name);
		return;
	}
	reply(call, RPL_ADMINME, settings->server_name);
	if (settings->admin_location)
		reply(call, RPL_ADMINLOC1, settings->admin_location);
	if (settings->admin_organisation)
		reply(call, RPL_ADMINLOC2, settings->admin_organisation);
	if (settings->admin_email)
		reply(call, RPL_ADMINEMAIL, settings->admin_email);
}

COMMAND(admin) = {
	.name = "ADMIN",
	.cost = 2,
	.reach = COMMAND_REACH_SELF,
	.run = run,
	.usage = "",
	.help = "Shows who runs this server and how to reach them.",
};
