/* Owns SETNAME. IRCv3 setname. */
#include "command/setname.h"

#include <stdlib.h>
#include <string.h>

#include "action/channel_rules.h"
#include "action/filtering.h"
#include "action/reply.h"
#include "base/cleanup.h"
#include "base/mem.h"
#include "command/commands.h"
#include "proto/name_syntax.h"
#include "world/always_on.h"
#include "world/ban_hits.h"
#include "world/caps.h"
#include "world/fanout.h"
#include "world/monitor_reach.h"
#include "world/session.h"
#include "world/user.h"

static void begin_setname(struct fanout *fanout, struct call *call)
{
	fanout_begin(fanout, call->world, call->outbox, ":%s SETNAME :%s", call->user->source,
		call->user->realname);
	fanout_from(fanout, call->user);
}

void setname_introduce(struct call *call)
{
	struct fanout fanout;

	if (!(call->session->caps & CAP_WHOAMI))
		return;
	begin_setname(&fanout, call);
	fanout_to_session(&fanout, call->session);
	fanout_end(&fanout);
}

static void announce_setname(struct call *call)
{
	struct fanout fanout;

	begin_setname(&fanout, call);
	fanout.needs = CAP_SETNAME;
	fanout_to_user(&fanout, call->user);
	monitor_to_observers(&fanout, call->user);
	fanout_end(&fanout);
}

/* What is left of the name, owned by the caller; NULL: refused. */
static char *filter_realname(struct call *call, const char *name)
{
	struct filtering filtering = filtering_of(call, FILTER_PLACE_REALNAME, name, NULL);
	bool is_left = filtering.stripped && *filtering.stripped;

	if (filtering.verdict == FILTER_VERDICT_PASS)
		return mem_text(name);
	if (is_left)
		return filtering.stripped;
	free(filtering.stripped);
	if (filtering.verdict == FILTER_VERDICT_REFUSE || filtering.verdict == FILTER_VERDICT_STRIP)
		reply_fail(call, "CANNOT_CHANGE_REALNAME", ":This real name is refused: %s",
			filtering.reason);
	return NULL;
}

static void change_name(struct call *call, const char *given)
{
	CLEANUP(mem_freep) char *name = filter_realname(call, given);

	if (!name)
		return;
	user_set_realname(call->user, name);
	always_on_touch(call->world, call->user);
	announce_setname(call);
}

static void run(struct call *call)
{
	CLEANUP(mem_freep) char *name = real_name_clean(call->params[0], SIZE_MAX);
	size_t length = strlen(name);
	const struct channel *muting;
	const struct ban *ban;

	if (!length || length > call->world->settings->realname_length) {
		reply_fail(
			call, "INVALID_REALNAME", ":The real name is empty or longer than NAMELEN");
		return;
	}
	ban = bans_match_name(call->world, BAN_KIND_REALNAME, name);
	if (ban) {
		ban_note_hit(call->world, ban);
		reply_fail(call, "CANNOT_CHANGE_REALNAME", ":This real name is banned");
		return;
	}
	muting = channel_rules_find_muting(call);
	if (muting) {
		reply_fail(call, "CANNOT_CHANGE_REALNAME",
			":You are banned or muted on %s, so your real name stays as it is",
			muting->name);
		return;
	}
	change_name(call, name);
}

COMMAND(setname) = {
	.name = "SETNAME",
	.min_params = 1,
	.cost = 2,
	.flags = COMMAND_REACHES_OTHERS,
	.reach = COMMAND_REACH_WORLD,
	.run = run,
	.usage = "<real name>",
	.help = "Changes your real name.",
};
