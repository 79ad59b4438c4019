/* Owns ISON. RFC 2812 4.9. */
#include "action/reply.h"
#include "base/cleanup.h"
#include "base/mem.h"
#include "base/text.h"
#include "command/commands.h"
#include "world/services.h"
#include "world/user.h"

/* The nicknames are in one parameter or in several. */
static void run(struct call *call)
{
	struct reply_words found;

	reply_words_begin(&found, call, RPL_ISON);
	for (int i = 0; i < call->n_params; i++) {
		CLEANUP(mem_freep) char *copy = mem_text(call->params[i]);
		char *rest = copy, *nick;

		while ((nick = text_split(&rest, ' '))) {
			const struct user *user = user_find(call->world, nick);
			const struct service *service = service_find(nick);

			if (service)
				reply_words_put(&found, service->name);
			else if (user)
				reply_words_put(&found, user->nick);
		}
	}
	reply_words_end_always(&found);
}

COMMAND(ison) = {
	.name = "ISON",
	.min_params = 1,
	.cost = 1,
	.reach = COMMAND_REACH_ASK,
	.run = run,
	.usage = "<nick>{ <nick>}",
	.help = "Shows which of these nicknames are online.",
};
