/* Owns LUSERS. Modern IRC, "LUSERS message". */
#include "command/lusers.h"
#include "command/commands.h"

#include "action/lookup.h"
#include "action/reply.h"
#include "world/operating.h"
#include "world/user.h"

void reply_lusers(struct call *call)
{
	const struct world *world = call->world;
	uint32_t n_operators = world->n_operators;

	if (!session_operator(call->session))
		n_operators -= world->n_hidden_operators;
	reply(call, RPL_LUSERCLIENT, world->n_users - world->n_invisible, world->n_invisible);
	if (n_operators)
		reply(call, RPL_LUSEROP, n_operators);
	if (world->n_unregistered)
		reply(call, RPL_LUSERUNKNOWN, world->n_unregistered);
	if (world->n_channels)
		reply(call, RPL_LUSERCHANNELS, world->n_channels);
	reply(call, RPL_LUSERME, world->n_users);
	reply(call, RPL_LOCALUSERS, world->n_users, world->max_users, world->n_users,
		world->max_users);
	reply(call, RPL_GLOBALUSERS, world->n_users, world->max_users, world->n_users,
		world->max_users);
}

static void run(struct call *call)
{
	if (lookup_server(call, call->n_params > 1 ? call->params[1] : NULL))
		reply_lusers(call);
}

COMMAND(lusers) = {
	.name = "LUSERS",
	.cost = 1,
	.reach = COMMAND_REACH_ASK,
	.run = run,
	.papoctl = "status",
	.usage = "",
	.help = "Shows how many users and channels there are.",
};
