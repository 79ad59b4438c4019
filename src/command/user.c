/* Owns USER. Modern IRC, "USER message". */
#include "world/user.h"

#include <string.h>

#include "action/reply.h"
#include "base/cleanup.h"
#include "base/mem.h"
#include "command/commands.h"
#include "command/registration.h"
#include "proto/name_syntax.h"
#include "world/devices.h"
#include "world/session.h"

/* Clients that cannot name their device in a login may do so behind the user name. */
static char *take_user_name(
	struct registration *registration, const char *given, const struct settings *settings)
{
	const char *at = strrchr(given, '@');
	bool has_device = at && device_name_is_valid(at + 1);
	CLEANUP(mem_freep)
	char *name = has_device ? mem_text_n(given, (size_t) (at - given)) : NULL;

	if (has_device)
		registration_set_device(registration, at + 1);
	return user_name_clean(name ? name : given, settings->user_length);
}

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
	registration->user = take_user_name(registration, call->params[0], settings);
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
