/* Owns CYCLE: leaving a channel and joining it again at once, whatever its modes require; only a
 * ban prevents it. */
#include "action/filtering.h"
#include "action/lookup.h"
#include "action/remark.h"
#include "action/reply.h"
#include "base/buffer.h"
#include "base/cleanup.h"
#include "base/mem.h"
#include "base/text.h"
#include "command/commands.h"
#include "command/join.h"
#include "command/part.h"
#include "world/banmask.h"
#include "world/session.h"
#include "world/user.h"

static void cycle_channel(struct call *call, struct member *member, const char *given)
{
	CLEANUP(mem_freep) char *shown = remark_of(call, member, given);
	CLEANUP(mem_freep) char *name = mem_text(member->channel->name);
	struct buffer reason = { 0 };

	buffer_put_text(&reason, "Cycling");
	if (shown)
		buffer_format(&reason, ": %s", shown);
	part_with(call, member, reason.bytes);
	join_anyway(call, name);
	buffer_done(&reason);
}

static void cycle_one(struct call *call, const char *name, const char *reason)
{
	const struct channel *channel = lookup_channel(call, name);
	struct member *member = channel ? lookup_membership(call, channel) : NULL;

	if (!member)
		return;
	if (!member->ranks && banmask_bans(call->world, channel, call->user))
		reply(call, ERR_BANNEDFROMCHAN, channel->name);
	else
		cycle_channel(call, member, reason);
}

static void run(struct call *call)
{
	CLEANUP(mem_freep) char *names = mem_text(call->params[0]);
	CLEANUP(mem_freep)
	char *reason = filtering_rest(call, FILTER_PLACE_PART, lookup_reason(call, 1));
	char *rest = names, *name;

	if (call->session->is_closing) /* by a filter */
		return;
	while ((name = text_split(&rest, ',')))
		if (*name)
			cycle_one(call, name, reason);
}

COMMAND(cycle) = {
	.name = "CYCLE",
	.min_params = 1,
	.cost = 3,
	.flags = COMMAND_NEEDS_NAMES,
	.reach = COMMAND_REACH_WORLD,
	.run = run,
	.usage = "<channel>{,<channel>} [<reason>]",
	.help = "Leaves channels and rejoins them at once, even those with mode i.",
};
