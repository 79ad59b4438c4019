/* Owns TIME. Modern IRC, "TIME message". */
#include "action/lookup.h"
#include "action/reply.h"
#include "base/date.h"
#include "command/commands.h"

static void run(struct call *call)
{
	char date[DATE_BYTES];

	if (!lookup_server(call, call->params[0]))
		return;
	date_format_plain(call->world->wall_ms, date);
	reply(call, RPL_TIME, call->world->settings->server_name, date);
}

COMMAND(time) = {
	.name = "TIME",
	.cost = 1,
	.reach = COMMAND_REACH_SELF,
	.run = run,
	.usage = "",
	.help = "Shows the server's time, in UTC.",
};
