/* Owns REDACT. IRCv3 message-redaction. */
#include "action/hearers.h"
#include "action/history_notes.h"
#include "action/lookup.h"
#include "action/remark.h"
#include "action/reply.h"
#include "action/user_rules.h"
#include "base/cleanup.h"
#include "base/mem.h"
#include "command/commands.h"
#include "proto/name_syntax.h"
#include "world/caps.h"
#include "world/fanout.h"
#include "world/msgid.h"
#include "world/pushes.h"
#include "world/session.h"
#include "world/user.h"

struct redaction {
	struct call *call;
	const char *target; /* in its own spelling */
	const char *reason; /* NULL: none */
	uint64_t id;
};

static void fail_target(struct call *call, const char *target)
{
	reply_fail(call, "INVALID_TARGET", "%s :You cannot delete messages from there",
		lookup_word(target));
}

static void fail_redaction(const struct redaction *redaction, const char *code, const char *why)
{
	struct call *call = redaction->call;

	reply_fail(call, code, "%s %s :%s", redaction->target, lookup_word(call->params[1]), why);
}

static void fail_unknown(const struct redaction *redaction)
{
	fail_redaction(redaction, "UNKNOWN_MSGID", "This message does not exist or is too old");
}

/* True: the caller's message is too old, and the caller has been sent FAIL. */
static bool refuse_late(const struct redaction *redaction)
{
	struct call *call = redaction->call;
	uint64_t window_ms = call->world->settings->redact_window_ms;

	if (!window_ms || call->world->wall_ms < msgid_wall_ms(redaction->id) + window_ms)
		return false;
	reply_fail(call, "REDACT_WINDOW_EXPIRED",
		"%s %s %llu :You can no longer delete this message", redaction->target,
		call->params[1], (unsigned long long) window_ms / 1000);
	return true;
}

static void begin_redaction(struct fanout *fanout, const struct redaction *redaction)
{
	const struct call *call = redaction->call;
	const char *reason = redaction->reason;

	fanout_begin(fanout, call->world, call->outbox, ":%s REDACT %s %s%s%s", call->user->source,
		redaction->target, call->params[1], reason ? " :" : "", reason ? reason : "");
	fanout_from(fanout, call->user);
	fanout->needs = CAP_MESSAGE_REDACTION;
}

/* A user who may no longer speak can redact a message, but gives no reason. */
static char *find_reason_on(
	const struct redaction *redaction, struct member *member, uint32_t hearer_rank)
{
	struct speech speech = {
		.call = redaction->call,
		.channel = member->channel,
		.speaker = member,
		.text = redaction->reason,
		.is_for_operators = hearer_rank >= MEMBER_RANK_OPERATOR,
	};

	return redaction->reason ? remark_text(&speech) : NULL;
}

static bool may_say_why_to(const struct redaction *redaction, struct user *user)
{
	const struct speech speech = {
		.call = redaction->call,
		.user = user,
		.text = redaction->reason,
		.is_silent = true,
	};

	return user_rules_ask(&speech) == USER_VERDICT_DELIVER;
}

static void tell_redaction(const struct redaction *redaction, const struct channel *channel,
	const struct recent_message *message)
{
	struct fanout fanout;

	begin_redaction(&fanout, redaction);
	hearers_tell(&fanout, redaction->call, channel, message);
	fanout_end(&fanout);
}

static void redact_on(struct redaction *redaction, struct channel *channel)
{
	struct call *call = redaction->call;
	struct member *member = user_find_member(call->user, channel);
	const struct recent_message *message = recent_find(&channel->recent, redaction->id);
	bool is_operator = member_has_rank(member, MEMBER_RANK_OPERATOR);
	CLEANUP(mem_freep) char *reason = NULL;

	if (!message) {
		fail_unknown(redaction);
		return;
	}
	if (message->user != call->user->number && !is_operator) {
		fail_redaction(redaction, "REDACT_FORBIDDEN",
			"You are not authorised to delete this message");
		return;
	}
	if (!is_operator && refuse_late(redaction))
		return;
	reason = find_reason_on(redaction, member, message->rank);
	redaction->reason = reason;
	tell_redaction(redaction, channel, message);
	channel_forget_message(channel, redaction->id);
	history_note_redaction(call, redaction->id);
	pushes_drop_message(call->world, redaction->id);
}

/* Private messages are recorded with their sender, so only the sender can redact them. */
static void redact_to(struct redaction *redaction, struct user *user)
{
	struct call *call = redaction->call;
	const struct recent_message *message =
		recent_find(&user_extras(call->user)->recent, redaction->id);
	struct fanout fanout;

	if (!message || message->user != user->number) {
		fail_unknown(redaction);
		return;
	}
	if (refuse_late(redaction))
		return;
	if (redaction->reason && !may_say_why_to(redaction, user))
		redaction->reason = NULL;
	begin_redaction(&fanout, redaction);
	if (!user_silences(call->world, user, call->user))
		fanout_to_user(&fanout, user);
	if (user != call->user)
		fanout_to_user(&fanout, call->user);
	fanout_end(&fanout);
	user_forget_message(call->user, redaction->id);
	history_note_redaction(call, redaction->id);
	pushes_drop_message(call->world, redaction->id);
}

static void run(struct call *call)
{
	struct redaction redaction = { .call = call, .reason = lookup_reason(call, 2) };
	struct channel *channel = channel_find(call->world, call->params[0]);
	struct user *user = user_find(call->world, call->params[0]);

	if (channel && !user_find_member(call->user, channel))
		channel = NULL;
	if (!channel && !user) {
		fail_target(call, call->params[0]);
		return;
	}
	redaction.target = channel ? channel->name : user->nick;
	if (!msgid_parse(call->world, call->params[1], &redaction.id))
		fail_unknown(&redaction);
	else if (channel)
		redact_on(&redaction, channel);
	else
		redact_to(&redaction, user);
}

COMMAND(redact) = {
	.name = "REDACT",
	.min_params = 2,
	.cost = 1,
	.cap = CAP_MESSAGE_REDACTION,
	.reach = COMMAND_REACH_WORLD,
	.run = run,
	.usage = "<channel or nick> <message id> [<reason>]",
	.help = "Asks clients to stop showing a message: one of your own, or any message in a "
		"channel that you are an operator of. Clients without draft/message-redaction "
		"still show it.",
};
