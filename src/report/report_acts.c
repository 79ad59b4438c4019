/* Owns acts at the control socket. The acts themselves are those of operators on IRC, in action. */
#include "report/report_acts.h"

#include <string.h>

#include "action/actor.h"
#include "action/auditing.h"
#include "action/ban_acts.h"
#include "action/broadcast.h"
#include "action/expelling.h"
#include "action/notices.h"
#include "base/cleanup.h"
#include "base/mem.h"
#include "base/text.h"
#include "proto/duration.h"
#include "proto/name_syntax.h"
#include "report/report_import.h"
#include "report/report_messages.h"
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
	uint64_t request; /* see REPORT_OUTCOME_PENDING */
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

/* "$#*.example.org", as operators write on IRC. */
static void notice_hosts(struct act *act, const char *target, const char *text)
{
	struct fanout fanout;

	begin_server_notice(&fanout, act, target, text);
	broadcast_to_hosts(act->actor.world, &fanout, target);
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

	if (!text_has_piece(values[1], ' ')) {
		buffer_put_text(&act->message, "The notice has no text");
		return false;
	}
	if (strlen(values[1]) > NOTICE_TEXT_BYTES) {
		buffer_format(&act->message,
			"The text is too long for a line: %d bytes are allowed", NOTICE_TEXT_BYTES);
		return false;
	}
	if (strcmp(values[0], "*") == 0)
		notice_all_users(act, values[1]);
	else if (broadcast_is_of_hosts(values[0]))
		notice_hosts(act, values[0], values[1]);
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

/* The daemon does it, and says what the level was: the log is not in the world. */
static bool act_log_level(struct act *act)
{
	const char *name = act->call.values[0];
	enum severity level;

	if (name && !severity_parse(name, &level)) {
		buffer_format(&act->message,
			"There is no level %s; it is one of error, warning, notice, info and debug",
			name);
		return false;
	}
	buffer_put_text(
		&act->message, name ? "The log level is changed" : "The log level is shown");
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
	[REPORT_KIND_LOG_LEVEL] = act_log_level,
	[REPORT_KIND_HISTORY] = act_read_past,
	[REPORT_KIND_SEARCH] = act_read_past,
	[REPORT_KIND_EXPORT] = act_read_past,
};

bool report_act_exists(enum report_kind kind)
{
	return acts[kind] || report_row(kind)->line;
}

/* Cut at each space, and NUL there. */
static void add_words(struct report_line *line, char *text)
{
	char *rest = text, *word;

	while (line->n_words + 1 < REPORT_LINE_WORDS && (word = text_split(&rest, ' ')))
		if (*word)
			line->words[line->n_words++] = word;
}

/* The values that the row's line has places for. */
static size_t fill_places(struct report_line *line, const struct report_call *call)
{
	size_t n = 0;

	for (size_t i = 0; i < line->n_words; i++)
		if (strcmp(line->words[i], "%") == 0)
			line->words[i] = call->values[n++];
	return n;
}

/* Values that are left out have no parameter. */
static void add_line_values(struct report_line *line, const struct report_call *call)
{
	const struct report_row *row = report_row(call->kind);

	for (size_t i = fill_places(line, call);
		i < row->n_params && line->n_words + 1 < REPORT_LINE_WORDS; i++)
		if (call->values[i] && row->params[i].are_words)
			add_words(line, call->values[i]);
		else if (call->values[i])
			line->words[line->n_words++] = call->values[i];
}

/* A report about something that is not there is refused like one about the world. */
static enum report_outcome outcome_of_refusal(const struct act *act)
{
	return report_row(act->call.kind)->is_past &&
			       report_past_is_missing(act->actor.world, &act->call)
		       ? REPORT_OUTCOME_MISSING
		       : REPORT_OUTCOME_REFUSED;
}

/* The command is in the audit log as if it came from IRC. */
static enum report_outcome act_line(struct act *act, report_line_fn run_line)
{
	CLEANUP(mem_freep) char *words = mem_text(report_row(act->call.kind)->line);
	struct report_line line = { .operator= act->actor.name };
	struct report_result result = { 0 };
	enum report_outcome outcome;

	add_words(&line, words);
	add_line_values(&line, &act->call);
	outcome = run_line(act->actor.world, act->actor.outbox, &line, &result);
	act->message = result.message;
	act->request = result.request;
	return outcome == REPORT_OUTCOME_REFUSED ? outcome_of_refusal(act) : outcome;
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
static char *name_of_event(const struct event *event)
{
	const char *at = event->text;
	const char *operator= next_text(&at, event->text + event->text_length);
	struct buffer name = { 0 };

	buffer_put_text(&name, "control socket");
	if (operator&& * operator)
		buffer_format(&name, ", claimed by %s", operator);
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

static size_t target_of_act(const struct report_row *row)
{
	for (size_t i = 0; i < row->n_params; i++)
		if (row->params[i].is_target)
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

/* Only the log level can be looked at, too. */
static bool has_changed(const struct report_call *call)
{
	return call->kind != REPORT_KIND_LOG_LEVEL || call->values[0];
}

static enum report_outcome act_by_itself(struct act *act)
{
	if (!acts[act->call.kind](act))
		return outcome_of_refusal(act);
	if (has_changed(&act->call)) {
		note_act(act);
		audit_control_act(act);
	}
	return REPORT_OUTCOME_DONE;
}

static enum report_outcome act_on_call(
	struct act *act, const struct event *event, report_line_fn run_line)
{
	if (!read_act(event, &act->call)) {
		buffer_put_text(&act->message, "papod does not know this act");
		return REPORT_OUTCOME_REFUSED;
	}
	return report_row(act->call.kind)->line ? act_line(act, run_line) : act_by_itself(act);
}

void report_act(struct world *world, struct outbox *outbox, const struct event *event,
	report_line_fn run_line)
{
	struct act act = { 0 };
	CLEANUP(mem_freep) char *name = name_of_event(event);
	enum report_outcome outcome;

	if (report_import_is(event)) {
		report_import(world, outbox, event);
		return;
	}
	if (report_messages_is(event)) {
		report_messages_act(world, outbox, event);
		return;
	}
	act.actor = actor_of_server(world, outbox, name);
	outcome = act_on_call(&act, event, run_line);
	if (outcome == REPORT_OUTCOME_PENDING)
		outbox_act_pending(outbox, act.request);
	else if (outcome == REPORT_OUTCOME_MISSING)
		outbox_acted_text(outbox, 0, ACTED_MISSING, act.message.bytes);
	else
		outbox_acted(outbox, outcome == REPORT_OUTCOME_DONE, act.message.bytes);
	buffer_done(&act.message);
	report_call_done(&act.call);
}
