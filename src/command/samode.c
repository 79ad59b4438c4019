/* Owns SAMODE. */
#include "action/lookup.h"
#include "action/reply.h"
#include "command/commands.h"
#include "command/mode_channel.h"
#include "command/sa_commands.h"

static void run(struct call *call)
{
	struct channel *channel = channel_find(call->world, call->params[0]);

	if (!channel) {
		reply(call, ERR_NOSUCHCHANNEL, lookup_word(call->params[0]));
		return;
	}
	sa_commands_report(call);
	mode_channel_forced(call, channel);
}

COMMAND(samode) = {
	.name = "SAMODE",
	.min_params = 2,
	.cost = 1,
	.flags = COMMAND_CHANGES_MODES,
	.privilege = "force",
	.reach = COMMAND_REACH_WORLD,
	.run = run,
	.papoctl = "force mode",
	.usage = "<channel> <modes> {<parameter>}",
	.help = "Changes the modes of any channel, in the name of the server.",
};
