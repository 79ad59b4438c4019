/* Owns which messages a user gets. It gets those of users it has accepted, whatever its modes, and
 * none that match its SILENCE list.
 *
 * Modes D and d mean different things on other servers. Here both block messages to channels: D
 * all of them, as DEAF=D announces, and d all except commands to bots, as two of three peers do. A
 * user who wants no private messages sets g and accepts no one. */
#include "action/user_rules.h"

#include "action/reply.h"
#include "base/cleanup.h"
#include "proto/formatting.h"
#include "world/acceptance.h"
#include "world/modes.h"
#include "world/operating.h"
#include "world/user.h"

/* How often a user is notified that its modes refused a message. */
static const struct rate rate_of_calls = { .count = 1, .seconds = 60 };

static bool has_no_account(const struct speech *speech)
{
	return !speech->call->user->account;
}

static void refuse_unregistered(const struct speech *speech)
{
	if (!speech->is_silent)
		reply(speech->call, ERR_NEEDREGGEDNICK, speech->user->nick,
			"This user only accepts messages from users logged in to an account (+R)");
}

static bool is_in_clear(const struct speech *speech)
{
	return !(speech->call->user->flags & USER_FLAG_SECURE);
}

static void refuse_in_clear(const struct speech *speech)
{
	if (!speech->is_silent)
		reply(speech->call, ERR_CANTSENDTOUSER, speech->user->nick,
			"This user only accepts messages from users connected with TLS (+z)");
}

static bool is_ctcp(const struct speech *speech)
{
	return speech->text && ctcp_is_one(speech->text) && !ctcp_is_action(speech->text);
}

static void refuse_ctcp(const struct speech *speech)
{
	if (!speech->is_silent)
		reply(speech->call, ERR_CANTSENDTOUSER, speech->user->nick,
			"This user does not accept CTCP (+T)");
}

static bool is_uncalled(const struct speech *speech)
{
	(void) speech;
	return true;
}

static void refuse_uncalled(const struct speech *speech)
{
	struct call *call = speech->call;
	struct fanout fanout;

	if (!speech->is_silent)
		reply(call, ERR_TARGUMODEG, speech->user->nick);
	if (!user_take_call(call->world, speech->user, rate_of_calls))
		return;
	if (!speech->is_silent)
		reply(call, RPL_TARGNOTIFY, speech->user->nick);
	numeric_begin(&fanout, call, RPL_UMODEGMSG, speech->user->nick, call->user->nick,
		call->user->name, call->user->host, call->user->nick);
	fanout_to_user(&fanout, speech->user);
	fanout_end(&fanout);
}

static const struct rule {
	uint32_t flag; /* of the recipient */
	bool (*refuses)(const struct speech *speech);
	void (*tell)(const struct speech *speech);
} rules[] = {
	{ USER_FLAG_ONLY_REGISTERED, has_no_account, refuse_unregistered },
	{ USER_FLAG_ONLY_TLS, is_in_clear, refuse_in_clear },
	{ USER_FLAG_NO_CTCP, is_ctcp, refuse_ctcp },
	{ USER_FLAG_CALLER_ID, is_uncalled, refuse_uncalled },
};

static bool is_heard_always(const struct speech *speech)
{
	const struct call *call = speech->call;

	return acceptance_find(speech->user, call->user) ||
	       session_has_privilege(call->world, call->session, "reach");
}

/* NULL: no rule refuses the message. */
static const struct rule *find_refusal(const struct speech *speech)
{
	for (size_t i = 0; i < ARRAY_LENGTH(rules); i++)
		if (speech->user->flags & rules[i].flag && rules[i].refuses(speech))
			return &rules[i];
	return NULL;
}

enum user_verdict user_rules_ask(const struct speech *speech)
{
	const struct call *call = speech->call;
	const struct rule *refusal;

	if (speech->user == call->user)
		return USER_VERDICT_DELIVER;
	if (user_silences(call->world, speech->user, call->user))
		return USER_VERDICT_IGNORE;
	refusal = find_refusal(speech);
	if (!refusal || is_heard_always(speech))
		return USER_VERDICT_DELIVER;
	if (!speech->is_typing)
		refusal->tell(speech);
	return USER_VERDICT_REFUSE;
}
