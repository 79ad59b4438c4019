/* Owns the ranks that ChanServ gives, and when changes of registered channels are stored. */
#include "action/channel_access.h"

#include "action/service_modes.h"
#include "world/changes.h"
#include "world/channel_rows.h"
#include "world/registered_channels.h"
#include "world/user.h"

/* The rank that it gets without asking for it; 0: none. */
static uint32_t automatic_rank(
	const struct world *world, const struct channel *channel, const struct user *user)
{
	const struct account *account = account_of_user(world, user);

	if (!account || account->flags & ACCOUNT_FLAG_NO_RANKS)
		return 0;
	return channel_rank_of(world, channel, user);
}

void channel_access_grant(struct world *world, struct outbox *outbox, struct member *member)
{
	uint32_t rank = automatic_rank(world, member->channel, member->user);
	struct service_modes modes;

	if (rank && world->settings->accounts.channel_expiry_days)
		registered_channel_note_use(world, member->channel->registered);
	if (!rank || member->ranks & rank)
		return;
	service_modes_begin(&modes, world, outbox, member->channel);
	service_modes_set_rank(&modes, member, rank, true);
	service_modes_end(&modes);
}

void channel_access_logged_in(struct world *world, struct outbox *outbox, const struct user *user)
{
	for (size_t i = 0; user->account && i < user->n_members; i++)
		if (user->members[i]->channel->registered)
			channel_access_grant(world, outbox, user->members[i]);
}

void channel_access_grant_all(struct world *world, struct outbox *outbox, struct channel *channel)
{
	struct service_modes modes;

	service_modes_begin(&modes, world, outbox, channel);
	for (size_t i = 0; i < channel->n_members; i++) {
		struct member *member = channel->members[i];
		uint32_t rank = automatic_rank(world, channel, member->user);

		if (rank)
			service_modes_set_rank(&modes, member, rank, true);
	}
	service_modes_end(&modes);
}

/* All ranks except the one. */
static void take_ranks(struct service_modes *modes, struct member *member, uint32_t spared)
{
	for (uint32_t rank = MEMBER_RANK_OWNER; rank; rank >>= 1)
		if (rank != spared)
			service_modes_set_rank(modes, member, rank, false);
}

void channel_access_take(struct world *world, struct outbox *outbox, struct member *member)
{
	struct service_modes modes;

	if (!member->channel->registered)
		return;
	service_modes_begin(&modes, world, outbox, member->channel);
	take_ranks(&modes, member, 0);
	service_modes_end(&modes);
}

void channel_access_take_others(struct world *world, struct outbox *outbox, struct channel *channel)
{
	struct service_modes modes;

	service_modes_begin(&modes, world, outbox, channel);
	for (size_t i = 0; i < channel->n_members; i++)
		take_ranks(&modes, channel->members[i],
			channel_rank_of(world, channel, channel->members[i]->user));
	service_modes_end(&modes);
}

void channel_access_review(struct world *world, struct outbox *outbox)
{
	struct registered_channel *registered;

	ORDERED_EACH (registered, &world->registered_channels) {
		if (!registered_channel_take_review(registered))
			continue;
		channel_access_take_others(world, outbox, registered->channel);
		channel_access_grant_all(world, outbox, registered->channel);
	}
}

static void store_registered(
	struct world *world, struct outbox *outbox, const struct registered_channel *registered)
{
	struct change *change = change_new();
	bool are_all = registered_channel_add_rows(world, change, registered);

	change->kind = CHANGE_KIND_CHANNEL_SAVED;
	change->channel = registered->id;
	change_ask(world, outbox, NULL, change);
	if (!are_all)
		channel_touch(world, registered->channel);
}

void registered_channels_store(struct world *world, struct outbox *outbox)
{
	const struct registered_channel *registered;

	while ((registered = registered_channels_next_touched(world)))
		store_registered(world, outbox, registered);
}
