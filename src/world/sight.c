/* Owns the bits that decide who sees whom, and how far they follow modes and ranks. */
#include "world/sight.h"

#include "world/snapshot_ids.h"
#include "world/user.h"
#include "world/world.h"

static bool veils_members(const struct channel *channel)
{
	return channel->flags & CHANNEL_FLAG_AUDITORIUM;
}

static bool delays_joins(const struct channel *channel)
{
	return channel->flags & CHANNEL_FLAG_DELAYED_JOIN;
}

void sight_begin(struct member *member)
{
	member->is_veiled = veils_members(member->channel);
	member->sees_to = sight_of(member->ranks);
}

void sight_follow_modes(struct member *member)
{
	member->is_veiled = veils_members(member->channel);
	if (!delays_joins(member->channel))
		member->is_hidden = false;
}

void sight_hide_newcomer(struct member *member)
{
	member->is_hidden = !member->ranks && delays_joins(member->channel);
}

void sight_reveal(struct member *member)
{
	member->is_hidden = false;
}

void sight_set_reach(struct member *member, uint64_t number)
{
	member->sees_to = number;
}

bool sight_lags_modes(const struct member *member)
{
	return member->is_veiled != veils_members(member->channel) ||
	       (member->is_hidden && !delays_joins(member->channel));
}

bool sight_lags_rank(const struct member *member)
{
	return member->sees_to != sight_of(member->ranks);
}

void sight_set_step(struct world *world, struct channel *channel, uint64_t due_ms)
{
	channel->step_ms = due_ms;
	if (due_ms)
		heap_set(&world->sight_steps, &channel->step, due_ms);
	else
		heap_remove(&world->sight_steps, &channel->step);
}

/* Zero means "as modes and ranks define", which is all that older releases know. */
void sight_save(struct buffer *out, const struct member *member)
{
	pack_u64(out, SNAPSHOT_MEMBER_VEIL, member->is_veiled != veils_members(member->channel));
	pack_u64(out, SNAPSHOT_MEMBER_REACH, member->sees_to ^ sight_of(member->ranks));
}

void sight_load(struct member *member, uint64_t veil, uint64_t reach)
{
	member->is_veiled = (veil != 0) != veils_members(member->channel);
	member->sees_to = reach ^ sight_of(member->ranks);
}

bool sight_lags(const struct channel *channel)
{
	for (size_t i = 0; i < channel->n_members; i++)
		if (sight_lags_modes(channel->members[i]) || sight_lags_rank(channel->members[i]))
			return true;
	return false;
}

/* An earlier release left members hidden when mode D ended. */
void sight_loaded(struct world *world, struct channel *channel)
{
	uint64_t due_ms = channel->step_ms ? channel->step_ms : world->now_ms + 1;

	sight_set_step(world, channel, sight_lags(channel) ? due_ms : 0);
}
