/* Owns CHGHOST, for operators. No standard has it; they know it from other servers. */
#include "action/cloak.h"
#include "action/lookup.h"
#include "action/reply.h"
#include "base/cleanup.h"
#include "base/mem.h"
#include "command/commands.h"
#include "command/sa_commands.h"
#include "proto/name_syntax.h"
#include "world/user.h"

static void run(struct call *call)
{
	struct user *user = lookup_user(call, call->params[0]);
	const char *host = call->params[1];
	CLEANUP(mem_freep) char *old_source = NULL;

	if (!user)
		return;
	if (host && !host_name_is_valid(host)) {
		reply_fail(call, "INVALID_HOST", "%s :Not a host name, such as user.example",
			lookup_word(host));
		return;
	}
	old_source = mem_text(user->source);
	sa_commands_report(call);
	user_give_host(user, host);
	host_changed(call->world, call->outbox, user, old_source);
}

COMMAND(chghost) = {
	.name = "CHGHOST",
	.min_params = 1,
	.cost = 1,
	.privilege = "force",
	.reach = COMMAND_REACH_WORLD,
	.run = run,
	.papoctl = "force host",
	.usage = "<nick> [<host>]",
	.help = "Gives a user another visible host; without a host, restores the user's own. "
		"Bans that match the user's other hosts still apply. For operators of the "
		"server.",
};
