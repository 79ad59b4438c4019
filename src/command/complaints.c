/* Owns REPORT, with which users complain to operators, and REPORTS, with which these work it off.
 * No standard has them. */
#include <string.h>

#include "action/long_answer.h"
#include "action/lookup.h"
#include "action/notices.h"
#include "action/reply.h"
#include "base/cleanup.h"
#include "base/date.h"
#include "base/mem.h"
#include "base/text.h"
#include "command/commands.h"
#include "proto/name_syntax.h"
#include "world/complaints.h"
#include "world/operating.h"
#include "world/session.h"
#include "world/user.h"

#define MOST_OPEN 5 /* of an account, or of a host */

static void notice_complainer(const struct call *call, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void notice_complainer(const struct call *call, const char *format, ...)
{
	struct buffer text = { 0 };
	va_list arguments;

	va_start(arguments, format);
	buffer_format_v(&text, format, arguments);
	va_end(arguments);
	notice_session(call->world, call->outbox, call->session, text.bytes);
	buffer_done(&text);
}

/* As its owner spells it; NULL: the caller was told that it is not there. */
static const char *find_reported(struct call *call, const char *given)
{
	const struct channel *channel;
	const struct user *user;

	if (channel_name_looks_like_one(given)) {
		channel = lookup_channel(call, given);
		return channel ? channel->name : NULL;
	}
	user = lookup_user(call, given);
	return user ? user->nick : NULL;
}

/* NULL: it may report. */
static const char *why_report_refused(const struct call *call)
{
	const struct world *world = call->world;

	if (world->complaints.count >= world->settings->report_entries)
		return "too many reports wait already; try again later";
	if (complaints_count_of(world, call->user->source, call->user->account) >= MOST_OPEN)
		return "wait until an operator has closed one of yours";
	return NULL;
}

static void add_complaint(struct call *call, const struct complaint *as)
{
	const struct complaint *complaint = complaint_new(call->world, as);
	unsigned long long number = (unsigned long long) complaint->number;

	notice_operators(call->world, call->outbox, NOTICE_KIND_REPORT,
		"Report %llu by %s about %s: %s", number, complaint->setter, complaint->about,
		complaint->text);
	notice_complainer(call, "Thank you. This is report %llu", number);
}

static void run_report(struct call *call)
{
	bool has_msgids = call->n_params > 2;
	const char *given = call->params[has_msgids ? 2 : 1];
	const char *refusal = why_report_refused(call);
	const char *about = find_reported(call, call->params[0]);
	CLEANUP(mem_freep)
	char *text = mem_text_n(given, text_cut_utf8(given, strlen(given), COMPLAINT_BYTES));

	if (!about)
		return;
	if (refusal)
		notice_complainer(call, "Your report was refused: %s", refusal);
	else if (!*text || (has_msgids && strlen(call->params[1]) > COMPLAINT_MSGIDS_BYTES))
		notice_complainer(call,
			"Your report was refused: it has no text, or more than "
			"%d bytes of msgids",
			COMPLAINT_MSGIDS_BYTES);
	else
		add_complaint(call, &(struct complaint){ .about = (char *) (uintptr_t) about,
					    .msgids = has_msgids ? (char *) (uintptr_t) lookup_word(
									   call->params[1])
								 : NULL,
					    .text = text,
					    .setter = call->user->source,
					    .account = call->user->account });
}

static void put_report(struct call *call, const struct complaint *complaint)
{
	char since[DATE_BYTES];

	date_format_plain(complaint->created_wall_ms, since);
	reply(call, RPL_REPORT, (unsigned long long) complaint->number, complaint->about,
		complaint->msgids ? complaint->msgids : "*", complaint->setter,
		complaint->account ? complaint->account : "*",
		complaint->taker ? complaint->taker : "*", since, complaint->text);
}

static bool continue_reports(struct answer_part *part)
{
	while (answer_may_go_on(part)) {
		const struct complaint *complaint = answer_next_complaint(part);

		if (!complaint)
			return true;
		put_report(part->call, complaint);
	}
	return false;
}

static void end_reports(struct answer_part *part)
{
	reply(part->call, RPL_ENDOFREPORTS);
}

static const struct long_answer answer_reports = {
	.kind = ANSWER_KIND_REPORTS,
	.privilege = "reports",
	.go_on = continue_reports,
	.end = end_reports,
};

/* NULL: the caller was told that there is none. */
static struct complaint *lookup_complaint(struct call *call)
{
	struct complaint *complaint = NULL;
	uint64_t number;

	if (call->n_params > 1 && text_parse_u64(call->params[1], &number))
		complaint = complaints_find(call->world, number);
	if (!complaint)
		notice_complainer(call, "There is no such report; REPORTS LIST shows all");
	return complaint;
}

static void take_report(struct call *call)
{
	struct complaint *complaint = lookup_complaint(call);

	if (!complaint)
		return;
	complaint_take(call->world, complaint, session_operator(call->session));
	call->has_acted = true;
	notice_operators(call->world, call->outbox, NOTICE_KIND_REPORT, "%s {%s} took report %llu",
		call->user->source, complaint->taker, (unsigned long long) complaint->number);
	put_report(call, complaint);
}

/* The reporter, if it is still the same user. */
static void tell_reporter(struct call *call, const struct complaint *complaint, const char *answer)
{
	CLEANUP(mem_freep)
	char *nick = mem_text_n(complaint->setter, strcspn(complaint->setter, "!"));
	const struct user *user = user_find(call->world, nick);
	struct fanout fanout;

	if (!user || strcmp(user->source, complaint->setter) != 0)
		return;
	fanout_begin(&fanout, call->world, call->outbox,
		":%s NOTICE %s :Your report %llu about %s is closed%s%s",
		call->world->settings->server_name, user->nick,
		(unsigned long long) complaint->number, complaint->about, answer ? ": " : "",
		answer ? answer : "");
	fanout_from(&fanout, NULL);
	fanout_to_user(&fanout, user);
	fanout_end(&fanout);
}

static void close_report(struct call *call)
{
	struct complaint *complaint = lookup_complaint(call);
	const char *answer = lookup_reason(call, 2);

	if (!complaint)
		return;
	outbox_log(call->outbox, LOGBOOK_REPORT_CLOSED, "NICK", call->user->nick, "OPERATOR",
		session_operator(call->session), "ABOUT", complaint->about, "REPORTER",
		complaint->setter, "REASON", answer);
	notice_operators(call->world, call->outbox, NOTICE_KIND_REPORT,
		"%s {%s} closed report %llu about %s%s%s", call->user->source,
		session_operator(call->session), (unsigned long long) complaint->number,
		complaint->about, answer ? ": " : "", answer ? answer : "");
	tell_reporter(call, complaint, answer);
	complaint_free(call->world, complaint);
}

static void run_reports(struct call *call)
{
	const char *what = call->n_params ? call->params[0] : "LIST";

	if (text_equals_ignoring_case(what, "LIST"))
		long_answer_begin(call, &answer_reports, "*", NULL);
	else if (text_equals_ignoring_case(what, "TAKE"))
		take_report(call);
	else if (text_equals_ignoring_case(what, "CLOSE"))
		close_report(call);
	else
		reply_usage(call);
}

COMMAND(report) = {
	.name = "REPORT",
	.min_params = 2,
	.cost = 10,
	.reach = COMMAND_REACH_WORLD,
	.run = run_report,
	.usage = "<nick or channel> [<msgid>{,<msgid>}] <text>",
	.help = "Reports a user or a channel to the operators of the server. Name the messages "
		"that you mean by their msgids, if your client shows them. An operator answers "
		"when the report is closed.",
};

COMMAND(reports) = {
	.name = "REPORTS",
	.cost = 1,
	.privilege = "reports",
	.reach = COMMAND_REACH_WORLD,
	.run = run_reports,
	.answers = { &answer_reports },
	.papoctl = "LIST reports, TAKE report take, CLOSE report close",
	.usage = "[LIST | TAKE <number> | CLOSE <number> [<answer>]]",
	.help = "Lists the reports of users, with number, subject, msgids, reporter, its account, "
		"who works on it, and when it came. TAKE tells other operators that you work on "
		"it; CLOSE removes it and sends the answer to the reporter.",
};
