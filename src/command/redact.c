/* Owns REDACT. IRCv3 message-redaction.
 *
 * The world remembers who sent the recent messages. Of all others only the history knows the
 * author, so it is asked, and the answer decides. */
#include "command/redact.h"

#include <string.h>

#include "action/filtering.h"
#include "action/hearers.h"
#include "action/history_answer.h"
#include "action/history_notes.h"
#include "action/lookup.h"
#include "action/remark.h"
#include "action/reply.h"
#include "action/user_rules.h"
#include "base/cleanup.h"
#include "base/mem.h"
#include "command/commands.h"
#include "world/caps.h"
#include "world/fanout.h"
#include "world/history.h"
#include "world/msgid.h"
#include "world/pushes.h"
#include "world/session.h"
#include "world/user.h"

struct redaction {
	struct call *call;
	const char *target; /* in its own spelling */
	const char *msgid;
	const char *reason; /* NULL: none */
	uint64_t id;
	bool is_past; /* the history was asked */
};

static void fail_target(struct call *call, const char *target)
{
	reply_fail(call, "INVALID_TARGET", "%s :You cannot delete messages from there",
		lookup_word(target));
}

static void fail_redaction(const struct redaction *redaction, const char *code, const char *why)
{
	struct call *call = redaction->call;

	reply_fail(call, code, "%s %s :%s", redaction->target, lookup_word(redaction->msgid), why);
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
		redaction->msgid, (unsigned long long) window_ms / 1000);
	return true;
}

static void begin_redaction(struct fanout *fanout, const struct redaction *redaction)
{
	const struct call *call = redaction->call;
	const char *reason = redaction->reason;

	fanout_begin(fanout, call->world, call->outbox, ":%s REDACT %s %s%s%s", call->user->source,
		redaction->target, redaction->msgid, reason ? " :" : "", reason ? reason : "");
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

/* The database, and the messages of devices that wait to be sent. */
static void forget_redacted(const struct redaction *redaction)
{
	history_note_redaction(redaction->call, redaction->id);
	pushes_drop_message(redaction->call->world, redaction->id);
}

static void fail_forbidden(const struct redaction *redaction)
{
	fail_redaction(
		redaction, "REDACT_FORBIDDEN", "You are not authorised to delete this message");
}

/* What the world does not know may be in the history. False: nothing is recorded there. */
static bool ask_past(const struct redaction *redaction)
{
	const char *reason = redaction->reason;
	struct call *call = redaction->call;
	CLEANUP(history_query_done)
	struct history_query query = {
		.kind = HISTORY_QUERY_LAST,
		.after = redaction->id - 1,
		.before = redaction->id + 1,
		.limit = 1,
		.has_events = true,
	};
	CLEANUP(buffer_done) struct buffer recall = { 0 };
	CLEANUP(mem_freep) char *name = NULL;

	if (redaction->is_past || !call->world->settings->history.is_enabled ||
		!history_add_target(call, &query, redaction->target, &name) || !query.places.length)
		return false;
	buffer_format(&recall, "REDACT %s %s%s%s", redaction->target, redaction->msgid,
		reason ? " " : "", reason ? reason : "");
	history_ask(call, &query, recall.bytes);
	return true;
}

/* The author is the account that the message was recorded with, or without one the same
 * nick!user@host. */
static bool is_author_of(const struct user *user, const struct history_row *row)
{
	if (row->author)
		return row->author == user->account_id;
	return strlen(user->source) == row->source.length &&
	       memcmp(user->source, row->source.bytes, row->source.length) == 0;
}

static void redact_on(struct redaction *redaction, struct channel *channel,
	const struct recent_message *message, bool is_own)
{
	struct call *call = redaction->call;
	struct member *member = user_find_member(call->user, channel);
	bool is_operator = member_has_rank(member, MEMBER_RANK_OPERATOR);
	CLEANUP(mem_freep) char *reason = NULL;

	if (!message || !(is_own || is_operator)) {
		if (ask_past(redaction))
			return;
		if (message)
			fail_forbidden(redaction);
		else
			fail_unknown(redaction);
		return;
	}
	if (!is_operator && refuse_late(redaction))
		return;
	reason = find_reason_on(redaction, member, message->rank);
	redaction->reason = reason;
	tell_redaction(redaction, channel, message);
	channel_forget_message(channel, redaction->id);
	forget_redacted(redaction);
}

/* Private messages are recorded with their sender, so only the sender can redact them. The user is
 * NULL if the recipient is not there. */
static void redact_to(struct redaction *redaction, struct user *user)
{
	struct call *call = redaction->call;
	struct fanout fanout;

	if (refuse_late(redaction))
		return;
	if (redaction->reason && user && !may_say_why_to(redaction, user))
		redaction->reason = NULL;
	begin_redaction(&fanout, redaction);
	if (user && !user_silences(call->world, user, call->user))
		fanout_to_user(&fanout, user);
	if (user != call->user)
		fanout_to_user(&fanout, call->user);
	fanout_end(&fanout);
	user_forget_message(call->user, redaction->id);
	forget_redacted(redaction);
}

static const struct recent_message *find_recent(
	const struct redaction *redaction, const struct recent *recent)
{
	uint64_t id;

	return msgid_parse(redaction->call->world, redaction->msgid, &id) ? recent_find(recent, id)
									  : NULL;
}

static void redact_recent_on(struct redaction *redaction, struct channel *channel)
{
	const struct recent_message *message = find_recent(redaction, &channel->recent);

	redact_on(redaction, channel, message,
		message && message->user == redaction->call->user->number);
}

static void redact_recent_to(struct redaction *redaction, struct user *user)
{
	const struct recent_message *message =
		find_recent(redaction, &user_extras(redaction->call->user)->recent);

	if (user && message && message->user == user->number)
		redact_to(redaction, user);
	else if (ask_past(redaction))
		return;
	else if (user)
		fail_unknown(redaction);
	else
		fail_target(redaction->call, redaction->target);
}

/* The caller's own channel, or NULL. */
static struct channel *find_own_channel(const struct call *call, const char *name)
{
	struct channel *channel = channel_find(call->world, name);

	return channel && user_find_member(call->user, channel) ? channel : NULL;
}

static void begin_redacting(struct redaction *redaction, const char *target)
{
	struct call *call = redaction->call;
	struct channel *channel = find_own_channel(call, target);
	struct user *user = user_find(call->world, target);

	redaction->target = target;
	if (channel)
		redaction->target = channel->name;
	else if (user)
		redaction->target = user->nick;
	if (!channel && *target == '#')
		fail_target(call, target);
	else if (!msgid_parse_any(redaction->msgid, &redaction->id) || !redaction->id)
		fail_unknown(redaction);
	else if (channel)
		redact_recent_on(redaction, channel);
	else
		redact_recent_to(redaction, user);
}

static void run(struct call *call)
{
	CLEANUP(mem_freep)
	char *reason = filtering_rest(call, FILTER_PLACE_PART, lookup_reason(call, 2));
	struct redaction redaction = {
		.call = call,
		.msgid = call->params[1],
		.reason = reason,
	};

	if (!call->session->is_closing)
		begin_redacting(&redaction, call->params[0]);
}

/* The rows of events have ids that no client can redact. */
static bool is_past_message(const struct redaction *redaction, const struct history_row *row)
{
	char msgid[MSGID_BYTES];

	msgid_format_of(row->birth, row->id, msgid);
	return row->verb <= HISTORY_VERB_TAGMSG && strcmp(msgid, redaction->msgid) == 0;
}

static void redact_past_on(
	struct redaction *redaction, struct channel *channel, const struct history_row *row)
{
	const struct recent_message message = { .id = row->id };

	if (row->target == (int64_t) channel->life)
		redact_on(redaction, channel, &message, is_author_of(redaction->call->user, row));
	else
		fail_unknown(redaction);
}

/* Somebody else may have the nickname of the recipient now. */
static void redact_past_to(struct redaction *redaction, const struct history_row *row)
{
	const struct call *call = redaction->call;
	struct user *user = user_find(call->world, redaction->target);

	if (user && history_target_of_users(call->world, call->user, user) != row->target)
		user = NULL;
	if (is_author_of(call->user, row))
		redact_to(redaction, user);
	else
		fail_unknown(redaction);
}

static void redact_past(struct redaction *redaction, const struct history_row *row)
{
	struct channel *channel = find_own_channel(redaction->call, redaction->target);

	redaction->id = row->id;
	if (channel)
		redact_past_on(redaction, channel, row);
	else if (*redaction->target != '#')
		redact_past_to(redaction, row);
	else
		fail_target(redaction->call, redaction->target);
}

/* The recall is "REDACT TARGET MSGID[ REASON]"; its first word is gone. */
void redact_answered(struct call *call, char *words, const struct event *event)
{
	struct pack answer = pack_over(event->text, event->text_length);
	struct redaction redaction = { .call = call, .target = words, .is_past = true };
	struct history_row row;
	char *msgid = strchr(words, ' '), *reason;

	call->command = &command_redact;
	if (!msgid)
		return;
	*msgid++ = '\0';
	redaction.msgid = msgid;
	reason = strchr(msgid, ' ');
	if (reason) {
		*reason++ = '\0';
		redaction.reason = reason;
	}
	if (event->status == ANSWER_YES && history_next_row(&answer, &row) &&
		is_past_message(&redaction, &row))
		redact_past(&redaction, &row);
	else
		begin_redacting(&redaction, redaction.target);
}

COMMAND(redact) = {
	.name = "REDACT",
	.flags = COMMAND_REACHES_OTHERS,
	.min_params = 2,
	.cost = 1,
	.cap = CAP_MESSAGE_REDACTION,
	.reach = COMMAND_REACH_WORLD,
	.run = run,
	.usage = "<channel or nick> <message id> [<reason>]",
	.help = "Asks clients to stop showing a message: one of your own, or any message in a "
		"channel that you are an operator of. It is removed from the history, too. "
		"Clients without draft/message-redaction still show it.",
};
