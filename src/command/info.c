/* Owns INFO. Modern IRC, "INFO message". */
#include "action/lookup.h"
#include "action/reply.h"
#include "base/buffer.h"
#include "base/date.h"
#include "command/commands.h"

static void run(struct call *call)
{
	struct buffer started = { 0 };
	char date[DATE_BYTES];

	if (!lookup_server(call, call->params[0]))
		return;
	date_format_plain(call->world->started_wall_ms, date);
	buffer_format(&started, "On-line since %s", date);
	reply(call, RPL_INFO, PACKAGE_NAME "-" PACKAGE_VERSION ", an IRC server for Linux");
	reply(call, RPL_INFO, "Free software under the ISC licence: " PACKAGE_URL);
	reply(call, RPL_INFO, started.bytes);
	reply(call, RPL_ENDOFINFO);
	buffer_done(&started);
}

COMMAND(info) = {
	.name = "INFO",
	.cost = 2,
	.reach = COMMAND_REACH_SELF,
	.run = run,
	.usage = "",
	.help = "Shows which program this server runs, and since when.",
};
