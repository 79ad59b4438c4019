/* Owns RELAYMSG: a bot relays a message from elsewhere. IRCv3 relaymsg.
 *
 * The relayed author has the server as host, and a nickname that no user can have: users who trust
 * the host of the bot do not thereby trust all authors that it relays. */
#include <string.h>

#include "action/delivery.h"
#include "action/lookup.h"
#include "action/reply.h"
#include "base/cleanup.h"
#include "command/commands.h"
#include "proto/name_syntax.h"
#include "world/caps.h"
#include "world/operating.h"
#include "world/user.h"

static bool is_blank_text(const char *text)
{
	return !text[strspn(text, " ")];
}

static bool may_relay(struct call *call, const struct channel *channel)
{
	if (session_has_privilege(call->world, call->session, "relay"))
		return lookup_membership(call, channel);
	return lookup_rank(call, channel, MEMBER_RANK_OPERATOR);
}

static void relay_message(struct call *call, struct channel *channel)
{
	CLEANUP(speech_done) struct speech speech = speech_of(call, call->params[2], false);
	struct buffer source = { 0 };

	buffer_format(&source, "%s!relay@%s", call->params[1], call->world->settings->server_name);
	speech.verb = "PRIVMSG";
	speech.as = source.bytes;
	deliver_to_channel(&speech, channel, 0);
	buffer_done(&source);
}

static void run(struct call *call)
{
	struct channel *channel = lookup_channel(call, call->params[0]);

	if (!channel || !may_relay(call, channel))
		return;
	if (!relay_nick_is_valid(call->params[1]))
		reply_fail(call, "INVALID_NICK", ":The nickname must hold a / and nothing special");
	else if (is_blank_text(call->params[2]))
		reply_fail(call, "BLANK_MSG", ":The message must not be blank");
	else
		relay_message(call, channel);
}

COMMAND(relaymsg) = {
	.name = "RELAYMSG",
	.min_params = 3,
	.cost = 1,
	.cap = CAP_RELAYMSG,
	.reach = COMMAND_REACH_WORLD,
	.run = run,
	.papoctl = "(programs send messages through the HTTP API)",
	.usage = "<channel> <nick/elsewhere> <text>",
	.help = "For bots that connect a channel to other networks: sends a message under the "
		"name of its author there. Operators of the channel may use it, and members with "
		"the privilege relay.",
};
