/* Owns MODE, for channels and users. Modern IRC, "MODE message". */
#include "action/lookup.h"
#include "command/commands.h"
#include "command/mode_channel.h"
#include "command/mode_user.h"
#include "proto/name_syntax.h"

static void run(struct call *call)
{
	struct channel *channel;
	struct user *user;

	if (channel_name_looks_like_one(call->params[0])) {
		channel = lookup_channel(call, call->params[0]);
		if (channel)
			mode_channel(call, channel);
	} else {
		user = lookup_user(call, call->params[0]);
		if (user)
			mode_user(call, user);
	}
}

COMMAND(mode) = {
	.name = "MODE",
	.min_params = 1,
	.cost = 1,
	.flags = COMMAND_CHANGES_MODES,
	.reach = COMMAND_REACH_WORLD,
	.run = run,
	.papoctl = "force mode",
	.usage = "<target> [<modes> {<parameter>}]",
	.help = "Shows or changes the modes of a channel, or your own. HELP CHANMODES and HELP "
		"USERMODES list them.",
};
