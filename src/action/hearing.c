/* Owns who hears whom. A user hears those it has accepted, whatever its modes; what it has
 * silenced it does not hear, whoever says it. */
#include "action/hearing.h"

#include "action/reply.h"
#include "base/cleanup.h"
#include "proto/formatting.h"
#include "world/acceptance.h"
#include "world/modes.h"
#include "world/user.h"

/* How often a user is told of those whom it does not hear. */
static const struct rate rate_of_calls = { .count = 1, .seconds = 60 };

static bool is_unregistered(const struct hearing_question *question)
{
	return !question->call->user->account;
}

static void refuse_unregistered(const struct hearing_question *question)
{
	if (!question->is_silent)
		reply(question->call, ERR_NEEDREGGEDNICK, question->user->nick,
			"Only who is logged into an account may write to this user (+R)");
}

/* Nobody is connected by TLS, so far. */
static bool is_in_clear(const struct hearing_question *question)
{
	(void) question;
	return true;
}

static void refuse_in_clear(const struct hearing_question *question)
{
	if (!question->is_silent)
		reply(question->call, ERR_CANTSENDTOUSER, question->user->nick,
			"Only who is connected by TLS may write to this user (+Z)");
}

static bool is_ctcp(const struct hearing_question *question)
{
	return question->text && ctcp_is_one(question->text) && !ctcp_is_action(question->text);
}

static void refuse_ctcp(const struct hearing_question *question)
{
	if (!question->is_silent)
		reply(question->call, ERR_CANTSENDTOUSER, question->user->nick,
			"This user takes no CTCP (+T)");
}

static bool is_uncalled(const struct hearing_question *question)
{
	(void) question;
	return true;
}

static void refuse_uncalled(const struct hearing_question *question)
{
	struct call *call = question->call;
	struct fanout fanout;

	if (!question->is_silent)
		reply(call, ERR_TARGUMODEG, question->user->nick);
	if (!user_take_call(call->world, question->user, rate_of_calls))
		return;
	if (!question->is_silent)
		reply(call, RPL_TARGNOTIFY, question->user->nick);
	numeric_begin(&fanout, call, RPL_UMODEGMSG, question->user->nick, call->user->nick,
		call->user->name, call->user->host, call->user->nick);
	fanout_to_user(&fanout, question->user);
	fanout_end(&fanout);
}

static const struct rule {
	uint32_t flag; /* of the one who would hear it */
	bool (*refuses)(const struct hearing_question *question);
	void (*tell)(const struct hearing_question *question);
} rules[] = {
	{ USER_FLAG_ONLY_REGISTERED, is_unregistered, refuse_unregistered },
	{ USER_FLAG_ONLY_TLS, is_in_clear, refuse_in_clear },
	{ USER_FLAG_NO_CTCP, is_ctcp, refuse_ctcp },
	{ USER_FLAG_CALLER_ID, is_uncalled, refuse_uncalled },
};

static bool is_heard_always(const struct hearing_question *question)
{
	const struct call *call = question->call;

	return acceptance_find(question->user, call->user) ||
	       user_has_privilege(call->world, call->user, "reach");
}

/* NULL: nothing speaks against it. */
static const struct rule *find_refusal(const struct hearing_question *question)
{
	for (size_t i = 0; i < ARRAY_LENGTH(rules); i++)
		if (question->user->flags & rules[i].flag && rules[i].refuses(question))
			return &rules[i];
	return NULL;
}

enum hearing hearing_ask(const struct hearing_question *question)
{
	const struct call *call = question->call;
	const struct rule *refusal;

	if (question->user == call->user)
		return HEARING_YES;
	if (user_silences(call->world, question->user, call->user))
		return HEARING_SILENCED;
	refusal = find_refusal(question);
	if (!refusal || is_heard_always(question))
		return HEARING_YES;
	if (!question->is_typing)
		refusal->tell(question);
	return HEARING_REFUSED;
}
