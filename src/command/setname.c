/* Owns SETNAME. IRCv3 setname. */
#include <string.h>

#include "command/reply.h"
#include "world/caps.h"
#include "world/fanout.h"
#include "world/monitor.h"
#include "world/user.h"

static void tell(struct call *call)
{
	struct fanout fanout;

	fanout_begin(&fanout, call->world, call->outbox, ":%s SETNAME :%s", call->user->source,
		call->user->realname);
	fanout_from(&fanout, call->user);
	fanout.needs = CAP_SETNAME;
	fanout_to_user(&fanout, call->user);
	monitor_to_observers(&fanout, call->user);
	fanout_end(&fanout);
}

static void run(struct call *call)
{
	const char *name = call->params[0];
	size_t length = strlen(name);

	if (!length || length > call->world->settings->realname_length) {
		reply_fail(
			call, "INVALID_REALNAME", ":The real name is empty or longer than NAMELEN");
		return;
	}
	if (bans_match_name(call->world, BAN_KIND_REALNAME, name)) {
		reply_fail(call, "CANNOT_CHANGE_REALNAME", ":This real name is banned");
		return;
	}
	user_set_realname(call->user, name);
	tell(call);
}

const struct command command_setname = {
	.name = "SETNAME",
	.min_params = 1,
	.cost = 2,
	.run = run,
	.usage = "<real name>",
	.help = "Gives you another real name.",
};
