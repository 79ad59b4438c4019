/* Owns WALLOPS. Modern IRC, "WALLOPS message". */
#include "action/reply.h"
#include "command/commands.h"
#include "world/fanout.h"
#include "world/modes.h"
#include "world/user.h"

static void run(struct call *call)
{
	const struct user *user;
	struct fanout fanout;

	if (!*call->params[0]) {
		reply_usage(call);
		return;
	}
	call->has_acted = true;
	fanout_begin(&fanout, call->world, call->outbox, ":%s WALLOPS :%s", call->user->source,
		call->params[0]);
	fanout_from(&fanout, call->user);
	ORDERED_EACH (user, &call->world->users)
		if (user->flags & USER_FLAG_WALLOPS)
			fanout_to_user(&fanout, user);
	fanout_end(&fanout);
}

COMMAND(wallops) = {
	.name = "WALLOPS",
	.min_params = 1,
	.cost = 5,
	.flags = COMMAND_SAYS,
	.privilege = "wallops",
	.reach = COMMAND_REACH_WORLD,
	.run = run,
	.papoctl = "wallops",
	.usage = "<text>",
	.help = "Sends a message to all users with user mode w. For operators of the server.",
};
