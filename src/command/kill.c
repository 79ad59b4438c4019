/* Owns KILL. Modern IRC, "KILL message". */
#include "action/closing.h"
#include "action/lookup.h"
#include "action/notices.h"
#include "action/reply.h"
#include "base/buffer.h"
#include "base/text.h"
#include "command/commands.h"
#include "world/fanout.h"
#include "world/user.h"

/* Modern IRC, "KILL message": the killed client also sees the QUIT that others see. */
static void send_kill(struct call *call, const struct user *user, const char *reason)
{
	struct fanout fanout;

	fanout_begin(&fanout, call->world, call->outbox, ":%s KILL %s :%s", call->user->source,
		user->nick, call->params[1]);
	fanout_from(&fanout, call->user);
	fanout_to_user(&fanout, user);
	fanout_end(&fanout);
	fanout_begin(&fanout, call->world, call->outbox, ":%s QUIT :%s", user->source, reason);
	fanout_from(&fanout, user);
	fanout_to_user(&fanout, user);
	fanout_end(&fanout);
}

static void run(struct call *call)
{
	struct buffer reason = { 0 };
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
	outbox_log(call->outbox, LOGBOOK_KILL, "NICK", call->user->nick, "OPERATOR",
		call->user->operator_name, "TARGET", user->nick, "REASON", call->params[1]);
	notice_operators(call->world, call->outbox, NOTICE_KIND_KILL, "%s {%s} killed %s (%s)",
		call->user->source, call->user->operator_name, user->source, call->params[1]);
	buffer_format(&reason, "Killed (%s (%s))", call->user->nick, call->params[1]);
	send_kill(call, user, reason.bytes);
	close_user(call->world, call->outbox, user, reason.bytes);
	buffer_done(&reason);
}

COMMAND(kill) = {
	.name = "KILL",
	.min_params = 2,
	.cost = 1,
	.privilege = "kill",
	.reach = COMMAND_REACH_WORLD,
	.run = run,
	.usage = "<nick> <reason>",
	.help = "Disconnects a user. For operators of the server.",
};
