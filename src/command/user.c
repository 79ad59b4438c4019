/* Owns USER. Modern IRC, "USER message". */
#include "world/user.h"

#include "action/reply.h"
#include "base/cleanup.h"
#include "base/mem.h"
#include "command/commands.h"
#include "command/registration.h"
#include "proto/name_syntax.h"
#include "world/session.h"

static void run(struct call *call)
{
	const struct settings *settings = call->world->settings;
	struct registration *registration = call->session->registration;
	CLEANUP(mem_freep)
	char *realname = real_name_clean(call->params[3], settings->realname_length);

	if (call->user || registration->user) {
		reply(call, ERR_ALREADYREGISTERED);
		return;
	}
	if (!*realname) {
		reply_usage(call);
		return;
	}
	registration->user = user_name_clean(call->params[0], settings->user_length);
	registration->realname = TAKE(realname);
	registration_continue(call->world, call->outbox, call->session);
}

COMMAND(user) = {
	.name = "USER",
	.min_params = 4,
	.cost = 1,
	.flags = COMMAND_BEFORE_REGISTRATION,
	.reach = COMMAND_REACH_WORLD,
	.run = run,
	.usage = "<user> 0 * <real name>",
	.help = "Sends your user name and real name, once, when you connect.",
};
