/* Owns WHOWAS. Modern IRC, "WHOWAS message". */
#include "world/whowas.h"
#include "action/lookup.h"
#include "action/reply.h"
#include "base/date.h"
#include "base/text.h"
#include "command/commands.h"
#include "world/operating.h"
#include "world/user.h"

/* The most entries of an answer, whatever the count. */
#define MOST 20

static void put_past_user(struct call *call, const struct past_user *past)
{
	char left[DATE_BYTES], address[ADDRESS_TEXT_BYTES];

	date_format_plain(past->left_wall_ms, left);
	reply(call, RPL_WHOWASUSER, past->nick, past->name, past->host, past->realname);
	if (session_operator(call->session)) {
		address_format(&past->address, address);
		reply(call, RPL_WHOISACTUALLY, past->nick, address);
	}
	reply(call, RPL_WHOISSERVER, past->nick, call->world->settings->server_name, left);
}

/* A count of 0, or one that is no number, sets no limit (RFC 2812 3.6.3). */
static size_t wanted_count(const struct call *call)
{
	uint64_t count = 0;

	if (call->n_params > 1 && text_parse_u64(call->params[1], &count) && count && count < MOST)
		return count;
	return MOST;
}

static const struct past_user *find_before(
	const struct call *call, const struct past_user *before, const char *nick)
{
	return whowas_find_before(&call->world->whowas, call->world->casemap, before, nick);
}

/* WHOWAS nick [count [server]] */
static void run(struct call *call)
{
	const char *nick = call->params[0];
	const struct past_user *past = NULL;
	size_t n_left = wanted_count(call);

	if (!nick || !*nick) {
		reply(call, ERR_NONICKNAMEGIVEN);
		return;
	}
	if (!lookup_server(call, call->params[call->n_params > 2 ? 2 : call->n_params]))
		return;
	nick = lookup_word(nick);
	if (!find_before(call, NULL, nick))
		reply(call, ERR_WASNOSUCHNICK, nick);
	while (n_left-- && (past = find_before(call, past, nick)))
		put_past_user(call, past);
	reply(call, RPL_ENDOFWHOWAS, nick);
}

COMMAND(whowas) = {
	.name = "WHOWAS",
	.cost = 2,
	.reach = COMMAND_REACH_ASK,
	.run = run,
	.papoctl = "whowas",
	.usage = "<nick> [<count>]",
	.help = "Shows who used a nickname before, the most recent user first.",
};
