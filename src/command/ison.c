/* Owns ISON. RFC 2812 4.9. */
#include "base/cleanup.h"
#include "base/mem.h"
#include "base/text.h"
#include "command/reply.h"
#include "world/user.h"

/* The nicknames are in one parameter or in many. */
static void run(struct call *call)
{
	struct buffer found = { 0 };

	for (int i = 0; i < call->n_params; i++) {
		CLEANUP(mem_freep) char *copy = mem_text(call->params[i]);
		char *rest = copy, *nick;

		while ((nick = text_split(&rest, ' '))) {
			const struct user *user = user_find(call->world, nick);

			if (user)
				buffer_format(&found, "%s%s", found.length ? " " : "", user->nick);
		}
	}
	reply(call, RPL_ISON, buffer_text(&found));
	buffer_done(&found);
}

const struct command command_ison = {
	.name = "ISON",
	.min_params = 1,
	.cost = 1,
	.run = run,
	.usage = "<nick>{ <nick>}",
	.help = "Tells which of these nicknames are here.",
};
