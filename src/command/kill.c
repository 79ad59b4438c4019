/* Owns KILL. Modern IRC, "KILL message". */
#include "action/expelling.h"
#include "action/lookup.h"
#include "action/reply.h"
#include "base/text.h"
#include "command/commands.h"

static void run(struct call *call)
{
	struct actor actor;
	struct user *user;

	if (!lookup_reason(call, 1)) {
		reply_usage(call);
		return;
	}
	if (text_equals_ignoring_case(call->params[0], call->world->settings->server_name)) {
		reply(call, ERR_CANTKILLSERVER);
		return;
	}
	user = lookup_user(call, call->params[0]);
	if (!user)
		return;
	actor = actor_of_call(call);
	expel_from_server(&actor, user, call->params[1]);
}

COMMAND(kill) = {
	.name = "KILL",
	.min_params = 2,
	.cost = 1,
	.privilege = "kill",
	.reach = COMMAND_REACH_WORLD,
	.run = run,
	.papoctl = "kill",
	.usage = "<nick> <reason>",
	.help = "Disconnects a user. For operators of the server.",
};
