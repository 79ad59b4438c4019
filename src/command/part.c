/* Owns PART. Modern IRC, "PART message". */
#include "command/part.h"

#include "action/filtering.h"
#include "action/history_notes.h"
#include "action/lookup.h"
#include "action/remark.h"
#include "action/reply.h"
#include "base/cleanup.h"
#include "base/mem.h"
#include "base/text.h"
#include "command/commands.h"
#include "world/fanout.h"
#include "world/session.h"
#include "world/user.h"

void part_with(struct call *call, struct member *member, const char *reason)
{
	struct fanout fanout;

	fanout_begin(&fanout, call->world, call->outbox, ":%s PART %s%s%s", call->user->source,
		member->channel->name, reason ? " :" : "", reason ? reason : "");
	fanout_from(&fanout, call->user);
	fanout_about(&fanout, member);
	if (member_is_public(member))
		history_note_event(&fanout, member->channel, HISTORY_VERB_PART);
	fanout_end(&fanout);
	channel_remove(call->world, member);
}

void part(struct call *call, struct member *member, const char *given)
{
	CLEANUP(mem_freep) char *reason = remark_of(call, member, given);

	part_with(call, member, reason);
}

void part_all(struct call *call)
{
	while (call->user->n_members)
		part(call, call->user->members[0], NULL);
}

static void run(struct call *call)
{
	CLEANUP(mem_freep) char *names = mem_text(call->params[0]);
	CLEANUP(mem_freep)
	char *reason = filtering_rest(call, FILTER_PLACE_PART, lookup_reason(call, 1));
	char *rest = names, *name;

	if (call->session->is_closing)
		return;
	while ((name = text_split(&rest, ','))) {
		struct channel *channel = *name ? lookup_channel(call, name) : NULL;
		struct member *member = channel ? lookup_membership(call, channel) : NULL;

		if (member)
			part(call, member, reason);
	}
}

COMMAND(part) = {
	.name = "PART",
	.min_params = 1,
	.cost = 1,
	.flags = COMMAND_NEEDS_NAMES,
	.reach = COMMAND_REACH_WORLD,
	.run = run,
	.usage = "<channel>{,<channel>} [<reason>]",
	.help = "Leaves channels.",
};
