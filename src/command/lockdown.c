/* Owns LOCKDOWN. No standard has it. */
#include <string.h>

#include "action/locking.h"
#include "action/lookup.h"
#include "action/reply.h"
#include "base/cleanup.h"
#include "base/date.h"
#include "base/mem.h"
#include "base/text.h"
#include "command/commands.h"
#include "proto/duration.h"

#define MOST_REASON_BYTES 200

static void show_lockdown(struct call *call)
{
	const struct lockdown *lockdown = &call->world->lockdown;
	CLEANUP(buffer_done) struct buffer text = { 0 };
	char since[DATE_BYTES], until[DATE_BYTES];

	if (!lockdown->level) {
		notice_session(call->world, call->outbox, call->session,
			"There is no lockdown: LOCKDOWN accounts, known or closed begins one");
		return;
	}
	date_format_plain(lockdown->since_wall_ms, since);
	date_format_plain(lockdown->until_wall_ms, until);
	buffer_format(&text, "Lockdown: %s, by %s since %s%s%s [%s]",
		lockdown_level_name(lockdown->level), lockdown->setter, since,
		lockdown->until_wall_ms ? ", until " : "", lockdown->until_wall_ms ? until : "",
		lockdown->reason);
	notice_session(call->world, call->outbox, call->session, text.bytes);
}

/* LOCKDOWN level [duration] [reason] */
static void begin_lockdown(struct call *call, enum lockdown_level level)
{
	const struct actor actor = actor_of_call(call);
	uint64_t duration_ms = 0;
	int at = call->n_params > 1 && duration_parse(call->params[1], &duration_ms) ? 2 : 1;
	const char *given = lookup_reason(call, at);
	CLEANUP(mem_freep)
	char *reason =
		given ? mem_text_n(given, text_cut_utf8(given, strlen(given), MOST_REASON_BYTES))
		      : NULL;

	locking_begin(&actor, level, duration_ms, reason);
	show_lockdown(call);
}

static void run(struct call *call)
{
	const struct actor actor = actor_of_call(call);
	uint32_t level;

	if (!call->n_params) {
		show_lockdown(call);
		return;
	}
	level = lockdown_level_of(call->params[0]);
	if (level == LOCKDOWN_LEVELS) {
		reply_usage(call);
	} else if (level != LOCKDOWN_LEVEL_OFF) {
		begin_lockdown(call, (enum lockdown_level) level);
	} else {
		if (call->world->lockdown.level)
			locking_end(&actor);
		show_lockdown(call);
	}
}

COMMAND(lockdown) = {
	.name = "LOCKDOWN",
	.cost = 2,
	.privilege = "ban",
	.reach = COMMAND_REACH_WORLD,
	.run = run,
	.papoctl = "lockdown, lockdown set",
	.usage = "[off|accounts|known|closed [<duration>] [<reason>]]",
	.help = "Shows or sets who may become a new user. accounts: only users who log in with "
		"SASL; known: only those of accounts that were there when the lockdown began; "
		"closed: no new users. Users who are here stay, and those who are exempt from bans "
		"may come. A duration is a number of minutes, or numbers with units such as 1h30m.",
};
