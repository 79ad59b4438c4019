/* Owns MARKREAD. IRCv3 read-marker: a timestamp never goes back, and never lies in the future. */
#include <string.h>

#include "action/lookup.h"
#include "action/pushing.h"
#include "action/read_marker.h"
#include "action/reply.h"
#include "base/cleanup.h"
#include "base/date.h"
#include "base/mem.h"
#include "base/text.h"
#include "command/commands.h"
#include "proto/name_syntax.h"
#include "world/account_marks.h"
#include "world/accounts.h"
#include "world/caps.h"
#include "world/session.h"
#include "world/user.h"

/* The channel need not exist, and the user need not be there. The caller frees; NULL: neither. */
static char *read_target(const struct call *call, const char *given)
{
	const struct settings *settings = call->world->settings;
	enum casemap casemap = call->world->casemap;
	CLEANUP(mem_freep) char *name = name_normalise(casemap, given);

	return channel_name_is_valid(casemap, name, settings->channel_length) ||
			       nick_is_valid(casemap, name, settings->nick_length)
		       ? TAKE(name)
		       : NULL;
}

static void show_to_user(struct call *call, const struct user *user, const char *target)
{
	struct session *session;

	LIST_EACH (session, &user->sessions, in_user) {
		struct call other = {
			.world = call->world, .outbox = call->outbox, .session = session
		};

		read_marker_show(session == call->session ? call : &other, target);
	}
}

/* All clients of the account learn it, whatever their nicks are; the caller's as the answer. */
static void show_to_all(struct call *call, const struct account *account, const char *target)
{
	const struct user *user = NULL;

	while ((user = user_next_of(call->world, account->id, user)))
		show_to_user(call, user, target);
}

static void mark_for_all(
	struct call *call, const struct account *account, const char *target, uint64_t wall_ms)
{
	pushing_read(call->world, account, target, wall_ms);
	show_to_all(call, account, target);
}

static void set_marker(struct call *call, const char *target, uint64_t wall_ms)
{
	struct account *account = account_of_user(call->world, call->user);

	if (!account) {
		reply_fail(call, "INTERNAL_ERROR",
			"%s :The read timestamp could not be set, log in to an account first",
			target);
		return;
	}
	if (wall_ms > call->world->wall_ms)
		wall_ms = call->world->wall_ms;
	if (account_mark_set(call->world, account, ACCOUNT_MARK_READ, target, wall_ms))
		mark_for_all(call, account, target, wall_ms);
	else
		read_marker_show(call, target);
}

static void run(struct call *call)
{
	CLEANUP(mem_freep) char *target = NULL;
	const char *given = call->params[1];
	uint64_t wall_ms;

	if (!call->n_params || !*call->params[0]) {
		reply_fail(call, "NEED_MORE_PARAMS", ":Missing parameters");
		return;
	}
	target = read_target(call, call->params[0]);
	if (!target)
		reply_fail(call, "INVALID_PARAMS", "%s :This is no channel and no nickname",
			lookup_word(call->params[0]));
	else if (!given)
		read_marker_show(call, target);
	else if (!text_starts_with(given, "timestamp=") ||
		 !date_parse_iso(given + strlen("timestamp="), &wall_ms))
		reply_fail(call, "INVALID_PARAMS",
			"%s :The timestamp must read timestamp=YYYY-MM-DDThh:mm:ss.sssZ",
			lookup_word(given));
	else
		set_marker(call, target, wall_ms);
}

COMMAND(markread) = {
	.name = "MARKREAD",
	.cost = 1,
	.cap = CAP_READ_MARKER,
	.reach = COMMAND_REACH_WORLD,
	.run = run,
	.usage = "<channel or nick> [timestamp=<time>]",
	.help = "Shows or sets the time up to which you have read a channel, or the messages of a "
		"user; your other clients are sent it. Clients do this by themselves.",
};
