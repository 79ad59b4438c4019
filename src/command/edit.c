/* Owns EDIT. IRCv3 message-edit (pull request 425): the author of a message gives it another text.
 *
 * The text must be allowed where the message is as if it was said now, and the same recipients get
 * it. Who has no memory of messages cannot tell who wrote one, so a message that is not recent is
 * answered like somebody else's. */
#include <stdlib.h>
#include <string.h>

#include "action/channel_rules.h"
#include "action/delivery.h"
#include "action/filtering.h"
#include "action/hearers.h"
#include "action/history_notes.h"
#include "action/lookup.h"
#include "action/presence.h"
#include "action/reply.h"
#include "action/user_rules.h"
#include "base/cleanup.h"
#include "base/mem.h"
#include "base/text.h"
#include "command/commands.h"
#include "proto/formatting.h"
#include "proto/tags.h"
#include "world/caps.h"
#include "world/msgid.h"
#include "world/session.h"
#include "world/user.h"

struct editing {
	struct call *call;
	const char *target; /* as its owner spells it, if it is there */
	char *msgid;	    /* as the client wrote it */
	char *text;
	struct edit edit;
	struct speech speech;
};

static void editing_done(struct editing *editing)
{
	free(editing->msgid);
	free(editing->text);
	speech_done(&editing->speech);
}

static void fail_edit(const struct editing *editing, const char *code, const char *why)
{
	reply_fail(editing->call, code, "%s %s :%s", editing->target, lookup_word(editing->msgid),
		why);
}

static void forbid_edit(const struct editing *editing, const char *why)
{
	fail_edit(editing, "EDIT_FORBIDDEN", why);
}

/* NULL: there is no such tag. */
static char *find_edit_tag(const struct call *call, const char *key)
{
	struct tag tag;

	return call->tags && tags_find(call->tags, key, &tag) ? tags_value(&tag) : NULL;
}

/* Also as a message of history it must fit into a line. */
static bool is_edit_text(const struct editing *editing)
{
	const char *text = editing->text;
	size_t head = strlen(": PRIVMSG  :") + strlen(editing->call->user->source) +
		      strlen(editing->target);

	return text && *text && !strpbrk(text, "\r\n") && text_is_utf8(text, strlen(text)) &&
	       head + strlen(text) <= MESSAGE_BYTES;
}

/* True: the message is too old, and the caller has been sent FAIL. */
static bool refuse_late_edit(const struct editing *editing)
{
	const struct call *call = editing->call;
	uint64_t window_ms = call->world->settings->edit_window_ms;

	if (!window_ms || call->world->wall_ms < msgid_wall_ms(editing->edit.id) + window_ms)
		return false;
	reply_fail(editing->call, "EDIT_WINDOW_EXPIRED",
		"%s %s %llu :You can no longer edit this message", editing->target, editing->msgid,
		(unsigned long long) window_ms / 1000);
	return true;
}

/* NULL: the caller has been sent FAIL. */
static const struct recent_message *find_own(
	const struct editing *editing, const struct recent *recent, uint64_t user)
{
	const struct recent_message *message = recent_find(recent, editing->edit.id);

	if (!message || message->user != user || message->is_fixed) {
		forbid_edit(editing, "You are not authorised to edit this message");
		return NULL;
	}
	return refuse_late_edit(editing) ? NULL : message;
}

/* The line for clients that know edits. */
static void begin_edit(struct fanout *fanout, const struct editing *editing)
{
	const struct call *call = editing->call;

	fanout_begin(fanout, call->world, call->outbox, ":%s EDIT %s", call->user->source,
		editing->target);
	fanout_from_message(fanout, call->user, editing->speech.id);
	fanout_tag(fanout, editing->speech.tags.bytes);
	fanout->edit = &editing->edit;
	fanout->needs = CAP_MESSAGE_EDIT;
	if (!(call->session->caps & CAP_ECHO_MESSAGE))
		fanout->except = call->session;
}

static void put_age(struct buffer *out, uint64_t ms)
{
	static const struct {
		uint64_t seconds;
		const char *name;
	} units[] = { { 86400, "day" }, { 3600, "hour" }, { 60, "minute" }, { 1, "second" } };
	size_t i = 0;
	uint64_t n;

	while (units[i].seconds > 1 && ms / 1000 < units[i].seconds)
		i++;
	n = ms / 1000 / units[i].seconds;
	buffer_format(out, "%llu %s%s", (unsigned long long) n, units[i].name, n == 1 ? "" : "s");
}

/* Without what would make it an action or a request to clients. */
static void put_shown_text(struct buffer *out, const char *text)
{
	for (; *text; text++)
		if (*text != '\001')
			buffer_put_byte(out, *text);
}

/* The line for all others. */
static void begin_edit_notice(struct fanout *fanout, const struct editing *editing)
{
	const struct call *call = editing->call;
	uint64_t said_ms = msgid_wall_ms(editing->edit.id), now_ms = call->world->wall_ms;
	CLEANUP(buffer_done) struct buffer age = { 0 }, text = { 0 };

	put_age(&age, now_ms > said_ms ? now_ms - said_ms : 0);
	put_shown_text(&text, editing->edit.text);
	fanout_begin(fanout, call->world, call->outbox,
		":%s NOTICE %s :%s edited a message from %s ago: %s",
		call->world->settings->server_name, editing->target, call->user->nick, age.bytes,
		buffer_text(&text));
	fanout_from(fanout, NULL);
	fanout->lacks = CAP_MESSAGE_EDIT;
}

static void reach_hearers(
	struct fanout *fanout, const struct editing *editing, const struct recent_message *message)
{
	fanout->skips = deaf_flags(&editing->speech);
	hearers_tell(fanout, editing->call, editing->speech.channel, message);
	fanout_end(fanout);
}

static void tell_channel(const struct editing *editing, const struct recent_message *message)
{
	const struct call *call = editing->call;
	struct fanout fanout;

	reveal(call->world, call->outbox, editing->speech.speaker);
	begin_edit(&fanout, editing);
	reach_hearers(&fanout, editing, message);
	if (!call->world->settings->edit_notices)
		return;
	begin_edit_notice(&fanout, editing);
	reach_hearers(&fanout, editing, message);
}

static void tell_user(const struct editing *editing, struct user *user, bool is_delivered)
{
	const struct call *call = editing->call;
	struct fanout fanout;

	begin_edit(&fanout, editing);
	if (is_delivered)
		fanout_to_user(&fanout, user);
	if (user != call->user)
		fanout_to_user(&fanout, call->user);
	fanout_end(&fanout);
	if (!is_delivered || user == call->user || !call->world->settings->edit_notices)
		return;
	begin_edit_notice(&fanout, editing);
	fanout_to_user(&fanout, user);
	fanout_end(&fanout);
}

static void end_edit(struct editing *editing)
{
	history_note_edit(editing->call, editing->edit.id, editing->edit.text);
}

static void edit_on(struct editing *editing, struct channel *channel)
{
	struct call *call = editing->call;
	const struct recent_message *message =
		find_own(editing, &channel->recent, call->user->number);
	bool strips = channel->flags & CHANNEL_FLAG_STRIP_COLOURS;
	CLEANUP(mem_freep) char *plain = strips ? formatting_strip(editing->text) : NULL;
	const char *refusal;

	if (!message)
		return;
	editing->edit.text = editing->speech.text = strips ? plain : editing->text;
	editing->speech.channel = channel;
	editing->speech.speaker = user_find_member(call->user, channel);
	editing->speech.rank = message->rank;
	editing->speech.is_for_all = true;
	refusal = channel_rules_refuse(&editing->speech);
	if (refusal) {
		forbid_edit(editing, refusal);
		return;
	}
	editing->speech.id = msgid_next(call->world);
	tell_channel(editing, message);
	end_edit(editing);
}

static void edit_to(struct editing *editing, struct user *user)
{
	struct call *call = editing->call;
	enum user_verdict verdict;

	if (!find_own(editing, &user_extras(call->user)->recent, user->number))
		return;
	editing->edit.text = editing->speech.text = editing->text;
	editing->speech.user = user;
	verdict = user_rules_ask(&editing->speech);
	if (verdict == USER_VERDICT_REFUSE) {
		forbid_edit(editing, "The user does not accept messages from you now");
		return;
	}
	editing->speech.id = msgid_next(call->world);
	tell_user(editing, user, verdict == USER_VERDICT_DELIVER);
	if (verdict == USER_VERDICT_DELIVER)
		end_edit(editing);
}

/* False: filters refuse the new text, or have ended the session. */
static bool filters_allow_edit(struct editing *editing, struct channel *channel)
{
	struct filtering filtering =
		filtering_of(editing->call, FILTER_PLACE_TEXT, editing->text, channel);

	if (filtering.stripped && *filtering.stripped) {
		free(editing->text);
		editing->text = filtering.stripped;
		return true;
	}
	free(filtering.stripped);
	if (filtering.verdict == FILTER_VERDICT_REFUSE || filtering.verdict == FILTER_VERDICT_STRIP)
		forbid_edit(editing, filtering.reason);
	return filtering.verdict == FILTER_VERDICT_PASS;
}

static void run_edit(struct editing *editing)
{
	struct call *call = editing->call;
	struct channel *channel = channel_find(call->world, call->params[0]);
	struct user *user = user_find(call->world, call->params[0]);

	if (channel && !user_find_member(call->user, channel))
		channel = NULL;
	editing->target = channel ? channel->name : user ? user->nick : editing->target;
	if (!is_edit_text(editing))
		fail_edit(editing, "INVALID_EDIT",
			"The new text is missing, too long for a line, or has a line break");
	else if ((!channel && !user) ||
		 !msgid_parse(call->world, editing->msgid, &editing->edit.id))
		forbid_edit(editing, "You are not authorised to edit this message");
	else if (!filters_allow_edit(editing, channel))
		return;
	else if (channel)
		edit_on(editing, channel);
	else
		edit_to(editing, user);
}

static void run(struct call *call)
{
	CLEANUP(editing_done)
	struct editing editing = {
		.call = call,
		.target = lookup_word(call->params[0]),
		.msgid = find_edit_tag(call, "draft/target-msgid"),
		.text = find_edit_tag(call, "draft/edit-text"),
	};

	editing.speech = speech_of(call, editing.text, false);
	editing.speech.is_silent = true;
	if (!editing.msgid || !*editing.msgid)
		reply_fail(call, "INVALID_EDIT",
			"%s :The tag draft/target-msgid must say which message is edited",
			editing.target);
	else
		run_edit(&editing);
}

COMMAND(edit) = {
	.name = "EDIT",
	.min_params = 1,
	.cost = 1,
	.cap = CAP_MESSAGE_EDIT,
	.flags = COMMAND_REACHES_OTHERS,
	.reach = COMMAND_REACH_WORLD,
	.run = run,
	.usage = "<channel or nick>",
	.help = "Gives one of your recent messages another text, draft/edit-text, in the tags of "
		"this command, where draft/target-msgid is the id of the message. History has the "
		"new text from then on. Clients without draft/message-edit are sent a notice, or "
		"nothing.",
};
