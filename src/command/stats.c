/* Owns STATS: one report per letter. Modern IRC, "STATS message"; RFC 2812 3.4.4. */
#include <string.h>

#include "action/long_answer.h"
#include "action/lookup.h"
#include "action/reply.h"
#include "base/address.h"
#include "base/cleanup.h"
#include "base/date.h"
#include "base/text.h"
#include "command/commands.h"
#include "world/session.h"
#include "world/user.h"

#define SECONDS_A_DAY 86400

/* Connect blocks: none, as there are no other servers. */
static void put_links_to_make(struct call *call)
{
	(void) call;
}

static void put_end(struct call *call, const char *query)
{
	reply(call, RPL_ENDOFSTATS, lookup_word(query));
}

/* "Spam (set by ana!~ana@host on 2026-11-21 04:30:00 UTC, until 2026-11-22 04:30:00 UTC)", or
 * "Spam (in papod.conf:12)" */
static void describe_ban(const struct ban *ban, struct buffer *out)
{
	char since[DATE_BYTES], until[DATE_BYTES];

	if (ban->origin == BAN_ORIGIN_CONFIGURATION) {
		buffer_format(out, "%s (in %s)", ban->reason, ban->setter);
		return;
	}
	date_format_plain(ban->set_wall_ms, since);
	date_format_plain(ban->expires_wall_ms, until);
	buffer_format(out, "%s (set by %s on %s%s%s)", ban->reason, ban->setter, since,
		ban->expires_wall_ms ? ", until " : "", ban->expires_wall_ms ? until : "");
}

static void put_ban(struct call *call, const struct ban *ban)
{
	CLEANUP(buffer_done) struct buffer about = { 0 };
	const char *at = strrchr(ban->mask, '@');
	char letter = ban_row((enum ban_kind) ban->kind)->letter;

	describe_ban(ban, &about);
	switch ((enum ban_kind) ban->kind) {
	case BAN_KIND_USER:
	case BAN_KIND_MUTE:
	case BAN_KIND_EXEMPT:
		reply(call, RPL_STATSKLINE, letter, at + 1, (int) (at - ban->mask), ban->mask,
			about.bytes);
		return;
	case BAN_KIND_ADDRESS:
		reply(call, RPL_STATSDLINE, letter, ban->mask, about.bytes);
		return;
	case BAN_KIND_NICK:
	case BAN_KIND_CHANNEL:
		reply(call, RPL_STATSQLINE, letter, ban->mask, about.bytes);
		return;
	case BAN_KIND_REALNAME:
		reply(call, RPL_STATSXLINE, letter, ban->mask, about.bytes);
		return;
	}
}

static bool continue_bans(struct answer_part *part)
{
	while (answer_may_go_on(part)) {
		const struct ban *ban = answer_next_ban(part);

		if (!ban)
			return true;
		if (text_lower(ban_row((enum ban_kind) ban->kind)->letter) ==
			text_lower(part->cursor->text[0]))
			put_ban(part->call, ban);
	}
	return false;
}

static void end_stats(struct answer_part *part)
{
	put_end(part->call, part->cursor->text);
}

static const struct long_answer answer_bans = {
	.kind = ANSWER_KIND_BANS,
	.privilege = "ban",
	.go_on = continue_bans,
	.end = end_stats,
};

static void put_bans(struct call *call)
{
	long_answer_begin(call, &answer_bans, call->params[0], NULL);
}

/* "exempt.users (in papod.conf:12)" */
static void describe_exemption(const struct call *call, const char *option, struct buffer *out)
{
	unsigned int line = 0;
	const char *file = settings_origin(call->world->settings, option, &line);

	buffer_format(out, "%s (in %s:%u)", option, file, line);
}

static void put_exempt_user(struct call *call, const char *mask, const char *about)
{
	const char *at = strchr(mask, '@');

	reply(call, RPL_STATSKLINE, 'e', at + 1, (int) (at - mask), mask, about);
}

static void put_exemptions(struct call *call)
{
	const struct settings *settings = call->world->settings;
	CLEANUP(buffer_done) struct buffer addresses = { 0 }, users = { 0 };
	char text[ADDRESS_TEXT_BYTES];

	describe_exemption(call, "exempt.addresses", &addresses);
	describe_exemption(call, "exempt.users", &users);
	for (size_t i = 0; i < settings->n_exempt_addresses; i++) {
		address_format_network(&settings->exempt_addresses[i], text);
		reply(call, RPL_STATSDLINE, 'e', text, addresses.bytes);
	}
	for (size_t i = 0; i < settings->n_exempt_users; i++)
		put_exempt_user(call, settings->exempt_users[i], users.bytes);
	put_bans(call);
}

static void put_session(struct call *call, const struct session *session)
{
	const struct traffic *in = &session->received, *out = &session->sent;

	reply(call, RPL_STATSLINKINFO, session->user->nick, session->user->name,
		session->user->real_host, (unsigned long long) out->lines,
		(unsigned long long) out->bytes / 1024, (unsigned long long) in->lines,
		(unsigned long long) in->bytes / 1024,
		(unsigned long long) (call->world->now_ms - session->connected_ms) / 1000);
}

/* STATS l [nick]: the caller's connection, or others with the privilege. */
static void put_connections(struct call *call)
{
	const char *nick = call->params[1];
	const struct user *user = nick ? user_find(call->world, nick) : NULL;
	const struct session *session;

	if (!user)
		user = call->user;
	if (user != call->user && !lookup_privilege(call, "stats"))
		return;
	LIST_EACH (session, &user->sessions, in_user)
		put_session(call, session);
}

static void put_usage(struct call *call)
{
	const struct usage *usage = &call->world->usage;

	for (size_t i = 0; i < usage->n_rows; i++)
		reply(call, RPL_STATSCOMMANDS, usage->rows[i].name,
			(unsigned long long) usage->rows[i].count,
			(unsigned long long) usage->rows[i].bytes);
}

static void put_operator(struct call *call, const struct operator_settings *oper)
{
	CLEANUP(buffer_done) struct buffer privileges = { 0 };

	for (size_t i = 0; i < oper->n_privileges; i++)
		buffer_format(&privileges, "%s%s", i ? " " : "", oper->privileges[i]);
	if (!oper->n_hosts)
		reply(call, RPL_STATSOLINE, "*@*", oper->name, buffer_text(&privileges));
	for (size_t i = 0; i < oper->n_hosts; i++)
		reply(call, RPL_STATSOLINE, oper->hosts[i], oper->name, buffer_text(&privileges));
}

static void put_operators(struct call *call)
{
	const struct settings *settings = call->world->settings;

	for (size_t i = 0; i < settings->n_operators; i++)
		put_operator(call, &settings->operators[i]);
}

static void put_uptime(struct call *call)
{
	const struct world *world = call->world;
	unsigned long long seconds = (world->wall_ms - world->started_wall_ms) / 1000;

	reply(call, RPL_STATSUPTIME, seconds / SECONDS_A_DAY, seconds % SECONDS_A_DAY / 3600,
		seconds % 3600 / 60, seconds % 60);
	reply(call, RPL_STATSCONN, world->max_users, world->max_users,
		(unsigned long long) world->usage.n_connections);
}

static void put_classes(struct call *call)
{
	const struct settings *settings = call->world->settings;

	for (size_t i = 0; i < settings->n_classes; i++)
		reply(call, RPL_STATSYLINE, settings->classes[i].name,
			settings->classes[i].ping_ms / 1000, settings->classes[i].clients,
			settings->classes[i].send_queue);
}

/* The entry of senders that are no source has no name. */
static void put_notifications(struct call *call)
{
	const struct notification_source *source;

	LIST_EACH (source, &call->world->notification_sources.all, in_all)
		reply(call, RPL_STATSNOTIFICATIONS, *source->name ? source->name : "*",
			(unsigned long long) source->n_said, (unsigned long long) source->n_refused,
			source->n_waiting);
}

/* The letters are those of other servers, except for n. */
static const struct report {
	char letter;
	bool is_long;	       /* a long answer, which sends its own end */
	const char *privilege; /* NULL: for all users */
	void (*put)(struct call *call);
} reports[] = {
	{ 'c', false, "stats", put_links_to_make },
	{ 'd', true, "ban", put_bans },
	{ 'e', true, "ban", put_exemptions },
	{ 'k', true, "ban", put_bans },
	{ 'l', false, NULL, put_connections },
	{ 'm', false, "stats", put_usage },
	{ 'n', false, "stats", put_notifications },
	{ 'o', false, "stats", put_operators },
	{ 'q', true, "ban", put_bans },
	{ 's', true, "ban", put_bans },
	{ 'u', false, NULL, put_uptime },
	{ 'x', true, "ban", put_bans },
	{ 'y', false, "stats", put_classes },
};

static const struct report *find_report(const char *query)
{
	for (size_t i = 0; i < ARRAY_LENGTH(reports); i++)
		if (text_lower(*query) == reports[i].letter && !query[1])
			return &reports[i];
	return NULL;
}

/* STATS query [server, or what the query is about] */
static void run(struct call *call)
{
	const struct report *report = find_report(call->params[0]);
	bool may_ask;

	if (!lookup_server(call, call->params[1]))
		return;
	may_ask = report && (!report->privilege || lookup_privilege(call, report->privilege));
	if (may_ask)
		report->put(call);
	if (!may_ask || !report->is_long)
		put_end(call, call->params[0]);
}

COMMAND(stats) = {
	.name = "STATS",
	.min_params = 1,
	.cost = 2,
	.reach = COMMAND_REACH_ASK,
	.run = run,
	.answers = { &answer_bans },
	.papoctl = "D K Q S X E bans, L clients, U status, (M and N: metrics; O and Y: papod "
		   "--show-config)",
	.usage = "<letter> [<nick>]",
	.help = "Shows reports. u: how long the server has been running; l: your own connection, "
		"or that of a nickname. For operators: k, d, q, x, s: the bans set with "
		"KLINE, DLINE, RESV, XLINE and SHUN, or listed in the configuration; e: who is "
		"exempt from bans; m: how often commands were used; n: the sources of "
		"notifications; o: the operators; y: "
		"the classes of clients; c: the servers to link to, of which papod has none.",
};
