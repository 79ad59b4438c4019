/* Owns TESTLINE: which ban of the server would match? */
#include "action/banning.h"
#include "action/lookup.h"
#include "action/notices.h"
#include "action/reply.h"
#include "base/cleanup.h"
#include "base/mem.h"
#include "base/text.h"
#include "command/commands.h"
#include "proto/name_syntax.h"
#include "world/user.h"

/* True: there is a ban. */
static bool show_matching_ban(struct call *call, const struct ban *ban)
{
	CLEANUP(buffer_done) struct buffer reason = { 0 };
	uint64_t left_ms = 0;

	if (!ban)
		return false;
	if (ban->expires_wall_ms)
		left_ms = ban->expiry.deadline_ms - call->world->now_ms;
	buffer_put_text(&reason, ban->reason);
	if (ban->origin == BAN_ORIGIN_CONFIGURATION)
		buffer_format(&reason, " (in %s)", ban->setter);
	reply(call, RPL_TESTLINE, ban_row((enum ban_kind) ban->kind)->letter,
		(unsigned long long) (left_ms + 59999) / 60000, ban->mask, reason.bytes);
	return true;
}

static bool show_name(struct call *call, enum ban_kind kind, const char *name)
{
	return show_matching_ban(call, bans_match_name(call->world, kind, name));
}

/* "No D-line applies: exempt.addresses at papod.conf:3" */
static void show_exemption(struct call *call, const struct ban_subject *subject, enum ban_kind kind)
{
	const char *option = bans_find_exemption(&call->world->bans, kind, subject);
	CLEANUP(buffer_done) struct buffer text = { 0 };
	unsigned int line = 0;
	bool is_set_there = option && text_starts_with(option, "exempt.");
	const char *file =
		is_set_there ? settings_origin(call->world->settings, option, &line) : NULL;

	if (!option)
		return;
	buffer_format(&text, "No %s applies: %s", ban_row(kind)->name, option);
	if (file)
		buffer_format(&text, " at %s:%u", file, line);
	notice_session_of_id(call->world, call->outbox, call->session->id, text.bytes);
}

static bool show_subject(struct call *call, const struct ban_subject *subject)
{
	show_exemption(call, subject, BAN_KIND_ADDRESS);
	show_exemption(call, subject, BAN_KIND_USER);
	if (show_matching_ban(call, bans_match_subject(&call->world->bans, subject)))
		return true;
	return show_matching_ban(call, bans_match_mute(&call->world->bans, subject));
}

static bool test_source(struct call *call, const char *nick, struct ban_subject *subject)
{
	bool is_found = nick && show_name(call, BAN_KIND_NICK, nick);

	subject->realname = call->params[1];
	return show_subject(call, subject) || is_found;
}

static bool test_nick(struct call *call, const char *nick)
{
	const struct user *user = user_find(call->world, nick);
	bool is_found = show_name(call, BAN_KIND_NICK, nick);
	const struct session *session;

	if (!user)
		return is_found;
	LIST_EACH (session, &user->sessions, in_user) {
		struct ban_subject subject = banning_subject(session);

		is_found = show_subject(call, &subject) || is_found;
	}
	return is_found;
}

static bool test_subject(struct call *call, char *text)
{
	struct ban_subject subject = { .name = "", .realname = call->params[1] };
	const char *nick;

	if (channel_name_looks_like_one(text))
		return show_name(call, BAN_KIND_CHANNEL, text);
	if (banning_split_source(text, &nick, &subject))
		return test_source(call, nick, &subject);
	if (address_parse_network(text, &subject.address))
		return show_subject(call, &subject);
	return test_nick(call, text);
}

static void run(struct call *call)
{
	CLEANUP(mem_freep) char *text = mem_text(call->params[0]);

	if (!test_subject(call, text))
		reply(call, RPL_NOTESTLINE, lookup_word(call->params[0]));
}

COMMAND(testline) = {
	.name = "TESTLINE",
	.min_params = 1,
	.cost = 2,
	.privilege = "ban",
	.reach = COMMAND_REACH_ASK,
	.run = run,
	.papoctl = "why",
	.usage = "<nick!user@host, nick, address or channel> [<real name>]",
	.help = "Shows which ban or reservation of the server would apply.",
};
