/* Owns TBAN and the expiry of timed entries. */
#include "command/tban.h"

#include <string.h>

#include "action/lookup.h"
#include "action/reply.h"
#include "base/cleanup.h"
#include "base/mem.h"
#include "command/commands.h"
#include "command/mode_channel.h"
#include "proto/duration.h"
#include "world/fanout.h"
#include "world/registered_channels.h"

static void tell_end(struct world *world, struct outbox *outbox, const struct channel *channel,
	enum channel_list which, const char *mask)
{
	struct fanout fanout;

	fanout_begin(&fanout, world, outbox, ":%s MODE %s -%c %s", world->settings->server_name,
		channel->name, channel_mode_of_list(which)->letter, mask);
	fanout_to_channel(&fanout, channel);
	fanout_end(&fanout);
}

static void expire_list(struct world *world, struct outbox *outbox, struct channel *channel,
	enum channel_list which)
{
	struct masklist *list = &channel->lists[which];
	size_t i = 0;

	while (i < list->count) {
		const struct mask_entry *entry = &list->entries[i];
		CLEANUP(mem_freep) char *mask = NULL;

		if (!entry->expires_ms || entry->expires_ms > world->now_ms) {
			i++;
			continue;
		}
		mask = masklist_remove(list, world->casemap, entry->mask);
		tell_end(world, outbox, channel, which, mask);
	}
}

void expire_masks(struct world *world, struct outbox *outbox)
{
	struct heap_node *node;

	while ((node = heap_first(&world->channel_timers)) && node->deadline_ms <= world->now_ms) {
		struct channel *channel = CONTAINER_OF(node, struct channel, expiry);

		for (enum channel_list which = 0; which < CHANNEL_LIST_COUNT; which++)
			expire_list(world, outbox, channel, which);
		channel_set_expiry(world, channel);
		channel_touch(world, channel);
	}
}

static void run(struct call *call)
{
	struct channel *channel = lookup_channel(call, call->params[0]);
	uint64_t duration_ms;

	if (!channel)
		return;
	if (!duration_parse(call->params[1], &duration_ms) || !duration_ms)
		reply(call, ERR_UNKNOWNERROR,
			"The second parameter of TBAN is a duration: a number of minutes, or "
			"numbers with units such as 90s, 2h or 1d12h");
	else
		mode_channel_ban(call, channel, call->params[2], duration_ms);
}

COMMAND(tban) = {
	.name = "TBAN",
	.min_params = 3,
	.cost = 1,
	.reach = COMMAND_REACH_WORLD,
	.run = run,
	.usage = "<channel> <duration> <mask>",
	.help = "Bans users from a channel for a time: a number of minutes, or numbers with "
		"units such as 90s, 2h or 1d12h.",
};
