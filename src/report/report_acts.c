/* Owns acts at the control socket. The acts themselves are those of operators on IRC, in action. */
#include "report/report_acts.h"

#include <string.h>

#include "action/actor.h"
#include "action/auditing.h"
#include "action/ban_acts.h"
#include "action/expelling.h"
#include "action/notices.h"
#include "base/cleanup.h"
#include "base/mem.h"
#include "proto/duration.h"
#include "proto/name_syntax.h"
#include "report/report_past.h"
#include "world/fanout.h"
#include "world/user.h"

#define NOTICE_TEXT_BYTES 400

static void put_event_text(struct buffer *out, const char *text)
{
	buffer_put(out, text ? text : "", text ? strlen(text) + 1 : 1);
}

/* The texts of an event end with NUL: the operator, the method, and the values; one that was left
 * out is empty. Methods are named, so that another release that reads the event does the same. */
void report_act_put(const struct report_call *call, struct buffer *out)
{
	const struct report_row *row = report_row(call->kind);

	put_event_text(out, call->operator);
	put_event_text(out, row->method);
	for (size_t i = 0; i < row->n_params; i++)
		put_event_text(out, call->values[i]);
}

/* One act, and what its caller is told. */
struct act {
	struct actor actor;
	struct report_call call;
	struct buffer message;
};

static bool act_refuse_missing(struct act *act, const char *what, const char *name)
{
	buffer_format(&act->message, "There is no %s %s", what, name);
	return false;
}

static bool act_kill(struct act *act)
{
	char *const *values = act->call.values;
	struct user *user = user_find(act->actor.world, values[0]);

	if (!user)
		return act_refuse_missing(act, "user", values[0]);
	buffer_format(&act->message, "Disconnected %s", user->nick);
	expel_from_server(&act->actor, user, values[1]);
	return true;
}

static bool act_kick(struct act *act)
{
	char *const *values = act->call.values;
	const struct channel *channel = channel_find(act->actor.world, values[0]);
	const struct user *user = user_find(act->actor.world, values[1]);
	struct member *member = user && channel ? user_find_member(user, channel) : NULL;

	if (!channel)
		return act_refuse_missing(act, "channel", values[0]);
	if (!user)
		return act_refuse_missing(act, "user", values[1]);
	if (!member) {
		buffer_format(&act->message, "%s is not in %s", user->nick, channel->name);
		return false;
	}
	buffer_format(&act->message, "Removed %s from %s", user->nick, channel->name);
	expel_from_channel(&act->actor, member, values[2]);
	return true;
}

/* The server says it, so no reply and no rule of a channel applies. */
static void begin_server_notice(
	struct fanout *fanout, const struct act *act, const char *target, const char *text)
{
	fanout_begin(fanout, act->actor.world, act->actor.outbox, ":%s NOTICE %s :%s",
		act->actor.source, target, text);
	fanout_from(fanout, NULL);
}

static void notice_all_users(struct act *act, const char *text)
{
	const struct user *user;
	struct fanout fanout;

	begin_server_notice(&fanout, act, "*", text);
	ORDERED_EACH (user, &act->actor.world->users)
		fanout_to_user(&fanout, user);
	fanout_end(&fanout);
}

static bool notice_one(struct act *act, const char *target, const char *text)
{
	const struct channel *channel = channel_find(act->actor.world, target);
	const struct user *user = channel ? NULL : user_find(act->actor.world, target);
	struct fanout fanout;

	if (!channel && !user)
		return act_refuse_missing(act, "user or channel", target);
	begin_server_notice(&fanout, act, channel ? channel->name : user->nick, text);
	if (channel)
		fanout_to_channel(&fanout, channel);
	else
		fanout_to_user(&fanout, user);
	fanout_end(&fanout);
	return true;
}

static bool act_notice(struct act *act)
{
	char *const *values = act->call.values;

	if (strlen(values[1]) > NOTICE_TEXT_BYTES) {
		buffer_format(&act->message,
			"The text is too long for a line: %d bytes are allowed", NOTICE_TEXT_BYTES);
		return false;
	}
	if (strcmp(values[0], "*") == 0)
		notice_all_users(act, values[1]);
	else if (!notice_one(act, values[0], values[1]))
		return false;
	buffer_format(&act->message, "Sent the notice to %s",
		strcmp(values[0], "*") == 0 ? "all users" : values[0]);
	return true;
}

/* False: there is no such kind, or the mask is malformed. */
static bool read_ban(struct act *act, struct ban_wish *wish)
{
	char *const *values = act->call.values;

	if (!ban_kind_of_command(values[0], values[1], &wish->kind)) {
		buffer_format(&act->message,
			"There is no kind of ban %s; it is one of kline, dline, resv, xline, shun "
			"and eline",
			values[0]);
		return false;
	}
	wish->mask = ban_acts_mask(act->actor.world, wish->kind, values[1], &act->message);
	return wish->mask;
}

static bool act_ban_add(struct act *act)
{
	CLEANUP(ban_wish_done) struct ban_wish wish = { 0 };
	const char *duration = act->call.values[3];

	if (!read_ban(act, &wish))
		return false;
	if (duration && !duration_parse(duration, &wish.duration_ms)) {
		buffer_format(&act->message, "%s is no duration; 30m and 1d12h are some", duration);
		return false;
	}
	wish.reason = ban_acts_reason(act->call.values[2]);
	return ban_acts_set(&act->actor, &wish, &act->message);
}

static bool act_ban_remove(struct act *act)
{
	CLEANUP(ban_wish_done) struct ban_wish wish = { 0 };

	return read_ban(act, &wish) &&
	       ban_acts_remove(&act->actor, wish.kind, wish.mask, &act->message);
}

/* The daemon then says what came of it: this is only the wish. */
static bool act_reload(struct act *act)
{
	outbox_log(act->actor.outbox, LOGBOOK_REHASH, "NICK", actor_nick_for_log(&act->actor),
		"OPERATOR", act->actor.name);
	notice_operators(act->actor.world, act->actor.outbox, NOTICE_KIND_SERVER,
		"%s {%s} asked for a reload", act->actor.source, act->actor.name);
	outbox_add(act->actor.outbox, EFFECT_RELOAD, 0);
	buffer_put_text(&act->message, "The new configuration is in force");
	return true;
}

/* The store answers the caller: only what is asked, and who asks, is part of the world. */
static bool act_read_past(struct act *act)
{
	struct report_past past;

	if (!report_past_begin(act->actor.world, &act->call, &act->message, &past))
		return false;
	act->call = past.call;
	past.call = (struct report_call){ 0 };
	report_past_done(&past);
	buffer_put_text(&act->message, "The history is read");
	return true;
}

/* False: refused, for the reason in the message. */
static bool (*const acts[REPORT_KINDS])(struct act *act) = {
	[REPORT_KIND_KILL] = act_kill,
	[REPORT_KIND_KICK] = act_kick,
	[REPORT_KIND_NOTICE] = act_notice,
	[REPORT_KIND_BAN_ADD] = act_ban_add,
	[REPORT_KIND_BAN_REMOVE] = act_ban_remove,
	[REPORT_KIND_RELOAD] = act_reload,
	[REPORT_KIND_HISTORY] = act_read_past,
	[REPORT_KIND_SEARCH] = act_read_past,
	[REPORT_KIND_EXPORT] = act_read_past,
};

bool report_act_exists(enum report_kind kind)
{
	return acts[kind];
}

/* The next text of the event; NULL: there is none. */
static const char *next_text(const char **at, const char *end)
{
	const char *text = *at,
		   *nul = text < end ? memchr(text, '\0', (size_t) (end - text)) : NULL;

	if (nul)
		*at = nul + 1;
	return nul ? text : NULL;
}

/* False: of a later release, or malformed. */
static bool read_act(const struct event *event, struct report_call *ret_call)
{
	const char *at = event->text, *end = event->text + event->text_length;
	const char *operator= next_text(&at, end), *method = next_text(&at, end), *value;
	CLEANUP(buffer_done) struct buffer name = { 0 };

	buffer_format(&name, REPORT_INTERFACE ".%s", method ? method : "");
	if (!method || !report_find_method(name.bytes, &ret_call->kind) ||
		!report_act_exists(ret_call->kind))
		return false;
	mem_set_text(&ret_call->operator, *operator? operator: NULL);
	for (size_t i = 0; i < report_row(ret_call->kind)->n_params; i++) {
		value = next_text(&at, end);
		if (value && *value)
			mem_set_text(&ret_call->values[i], value);
		else if (!report_row(ret_call->kind)->params[i].is_optional)
			return false;
	}
	return true;
}

/* "control socket, claimed by ana" */
static char *name_of_caller(const struct report_call *call)
{
	struct buffer name = { 0 };

	buffer_put_text(&name, "control socket");
	if (call->operator)
		buffer_format(&name, ", claimed by %s", call->operator);
	return buffer_take(&name);
}

/* How many of the values a log may have: not the text of a notice. */
static size_t count_logged_values(const struct report_call *call)
{
	return report_row(call->kind)->n_params - (call->kind == REPORT_KIND_NOTICE);
}

/* As on the command line; without the value at one place. */
static void put_logged_values(const struct report_call *call, size_t without, struct buffer *out)
{
	const struct report_row *row = report_row(call->kind);

	for (size_t i = 0; i < count_logged_values(call); i++) {
		if (i == without || !call->values[i])
			continue;
		if (out->length)
			buffer_put_byte(out, ' ');
		if (row->params[i].is_flag)
			buffer_format(out, "--%s ", row->params[i].name);
		buffer_put_text(out, call->values[i]);
	}
}

static void note_act(const struct act *act)
{
	const struct report_row *row = report_row(act->call.kind);
	CLEANUP(buffer_done) struct buffer words = { 0 };

	put_logged_values(&act->call, SIZE_MAX, &words);
	outbox_log(act->actor.outbox, LOGBOOK_CONTROL_ACT, "OPERATOR", act->actor.name, "COMMAND",
		row->command, "PARAMETERS", buffer_text(&words), "RESULT", act->message.bytes);
}

/* The value that the act was about: the mask of a ban, or the first one. */
static size_t target_of_act(const struct report_row *row)
{
	for (size_t i = 0; i < row->n_params; i++)
		if (strcmp(row->params[i].name, "mask") == 0)
			return i;
	return 0;
}

static void audit_control_act(const struct act *act)
{
	const struct report_row *row = report_row(act->call.kind);
	CLEANUP(buffer_done) struct buffer name = { 0 }, details = { 0 };
	size_t target = target_of_act(row);

	buffer_format(&name, "papoctl %s", row->command);
	put_logged_values(&act->call, target, &details);
	auditing_report(act->actor.world, act->actor.outbox,
		&(struct audit_entry){
			.operator=(char *)(uintptr_t) act->actor.name,
			.source = (char *) (uintptr_t) act->actor.source,
			.act = name.bytes,
			.target = act->call.values[target],
			.details = details.bytes,
		});
}

void report_act(struct world *world, struct outbox *outbox, const struct event *event)
{
	struct act act = { 0 };
	CLEANUP(mem_freep) char *name = NULL;
	bool is_read = read_act(event, &act.call), is_done = false;

	name = name_of_caller(&act.call);
	act.actor = actor_of_server(world, outbox, name);
	if (is_read)
		is_done = acts[act.call.kind](&act);
	if (is_done) {
		note_act(&act);
		audit_control_act(&act);
	}
	outbox_acted(outbox, is_done, is_read ? act.message.bytes : "papod does not know this act");
	buffer_done(&act.message);
	report_call_done(&act.call);
}
