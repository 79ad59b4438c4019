/* Owns USERHOST. Modern IRC, "USERHOST message". */
#include "base/buffer.h"
#include "command/reply.h"
#include "world/user.h"

#define NICKS 5

static void put(struct buffer *out, const struct user *user)
{
	buffer_format(out, "%s%s%s=%c%s@%s", out->length ? " " : "", user->nick,
		user->operator_name ? "*" : "", user->away ? '-' : '+', user->name, user->host);
}

static void run(struct call *call)
{
	struct buffer found = { 0 };

	for (int i = 0; i < call->n_params && i < NICKS; i++) {
		const struct user *user = user_find(call->world, call->params[i]);

		if (user)
			put(&found, user);
	}
	reply(call, RPL_USERHOST, buffer_text(&found));
	buffer_done(&found);
}

const struct command command_userhost = {
	.name = "USERHOST",
	.min_params = 1,
	.cost = 1,
	.run = run,
	.usage = "<nick>{ <nick>}",
	.help = "Shows user and host of up to five nicknames.",
};
