/* Owns LIST. Modern IRC, "LIST message". */
#include "base/cleanup.h"
#include "base/mem.h"
#include "base/text.h"
#include "command/lookup.h"
#include "command/reply.h"
#include "world/user.h"

static void put(struct call *call, const struct channel *channel)
{
	if (channel_is_visible_to(channel, call->user))
		reply(call, RPL_LIST, channel->name, channel->n_members,
			channel->topic ? channel->topic : "");
}

static void put_named(struct call *call, const char *names)
{
	CLEANUP(mem_freep) char *copy = mem_text(names);
	char *rest = copy, *name;

	while ((name = text_split(&rest, ','))) {
		const struct channel *channel = channel_find(call->world, name);

		if (channel)
			put(call, channel);
	}
}

static void run(struct call *call)
{
	const struct channel *channel;

	reply(call, RPL_LISTSTART);
	if (call->n_params)
		put_named(call, call->params[0]);
	else
		ORDERED_EACH (channel, &call->world->channels)
			put(call, channel);
	reply(call, RPL_LISTEND);
}

const struct command command_list = {
	.name = "LIST",
	.cost = 5,
	.run = run,
	.usage = "[<channel>{,<channel>}]",
	.help = "Shows channels, their number of members and their topics.",
};
