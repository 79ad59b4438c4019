/* Owns the numerics of a channel's lists. */
#include "command/mode_list.h"

#include "action/reply.h"

static void show_entry(struct call *call, const struct channel *channel, enum channel_list which,
	const struct mask_entry *entry)
{
	unsigned long long seconds = entry->set_wall_ms / 1000;

	switch (which) {
	case CHANNEL_LIST_BAN:
		reply(call, RPL_BANLIST, channel->name, entry->mask, entry->setter, seconds);
		return;
	case CHANNEL_LIST_EXCEPTION:
		reply(call, RPL_EXCEPTLIST, channel->name, entry->mask, entry->setter, seconds);
		return;
	case CHANNEL_LIST_INVITE:
		reply(call, RPL_INVEXLIST, channel->name, entry->mask, entry->setter, seconds);
		return;
	case CHANNEL_LIST_QUIET:
		reply(call, RPL_QUIETLIST, channel->name, entry->mask, entry->setter, seconds);
		return;
	case CHANNEL_LIST_COUNT:
		return;
	}
}

static void show_end(struct call *call, const struct channel *channel, enum channel_list which)
{
	switch (which) {
	case CHANNEL_LIST_BAN:
		reply(call, RPL_ENDOFBANLIST, channel->name);
		return;
	case CHANNEL_LIST_EXCEPTION:
		reply(call, RPL_ENDOFEXCEPTLIST, channel->name);
		return;
	case CHANNEL_LIST_INVITE:
		reply(call, RPL_ENDOFINVEXLIST, channel->name);
		return;
	case CHANNEL_LIST_QUIET:
		reply(call, RPL_ENDOFQUIETLIST, channel->name);
		return;
	case CHANNEL_LIST_COUNT:
		return;
	}
}

void show_mode_list(struct call *call, const struct channel *channel, enum channel_list which)
{
	const struct masklist *list = &channel->lists[which];

	for (size_t i = 0; i < list->count; i++)
		show_entry(call, channel, which, &list->entries[i]);
	show_end(call, channel, which);
}
