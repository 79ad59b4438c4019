/* Owns who is told of members that come, appear and vanish. */
#include "command/presence.h"

#include "world/caps.h"
#include "world/fanout.h"
#include "world/user.h"

/* Those who see a member only while it is public. */
static void to_the_blind(struct fanout *fanout, const struct member *member)
{
	const struct channel *channel = member->channel;

	for (size_t i = 0; i < channel->n_members; i++)
		if (channel->members[i] != member &&
			!member_has_rank(channel->members[i], MEMBER_RANK_HALF_OPERATOR))
			fanout_to_user(fanout, channel->members[i]->user);
}

static void begin_join(struct fanout *fanout, struct world *world, struct outbox *outbox,
	const struct member *member)
{
	fanout_begin(
		fanout, world, outbox, ":%s JOIN %s", member->user->source, member->channel->name);
}

/* False: it is not away. IRCv3 away-notify. */
static bool begin_away(struct fanout *fanout, struct world *world, struct outbox *outbox,
	const struct member *member)
{
	if (!member->user->away)
		return false;
	fanout_begin(
		fanout, world, outbox, ":%s AWAY :%s", member->user->source, member->user->away);
	fanout->needs = CAP_AWAY_NOTIFY;
	return true;
}

typedef void (*reach_fn)(struct fanout *fanout, const struct member *member);

static void show(struct world *world, struct outbox *outbox, const struct member *member,
	reach_fn reach_join, reach_fn reach_away)
{
	struct fanout fanout;

	begin_join(&fanout, world, outbox, member);
	reach_join(&fanout, member);
	fanout_end(&fanout);
	if (!begin_away(&fanout, world, outbox, member))
		return;
	reach_away(&fanout, member);
	fanout_end(&fanout);
}

void show_arrival(struct world *world, struct outbox *outbox, const struct member *member)
{
	show(world, outbox, member, fanout_about, fanout_about_to_others);
}

void show_own_arrival(struct world *world, struct outbox *outbox, const struct session *session,
	const struct member *member)
{
	struct fanout fanout;

	begin_join(&fanout, world, outbox, member);
	fanout_to_session(&fanout, session);
	fanout_end(&fanout);
}

void show_again(struct world *world, struct outbox *outbox, const struct member *member)
{
	show(world, outbox, member, fanout_about_to_others, fanout_about_to_others);
}

static void show_late(struct world *world, struct outbox *outbox, const struct member *member)
{
	show(world, outbox, member, to_the_blind, to_the_blind);
}

void reveal(struct world *world, struct outbox *outbox, struct member *member)
{
	if (!member->is_hidden)
		return;
	member->is_hidden = false;
	if (member_is_public(member))
		show_late(world, outbox, member);
}

bool show_rank(struct world *world, struct outbox *outbox, struct member *member, uint32_t rank,
	bool is_set)
{
	bool was_public = member_is_public(member);

	member_set_rank(member, rank, is_set);
	if (is_set)
		member->is_hidden = false;
	if (!was_public && member_is_public(member))
		show_late(world, outbox, member);
	return was_public && !member_is_public(member);
}

void show_vanishing(struct world *world, struct outbox *outbox, const struct member *member)
{
	struct fanout fanout;

	if (member_is_public(member))
		return;
	fanout_begin(
		&fanout, world, outbox, ":%s PART %s", member->user->source, member->channel->name);
	to_the_blind(&fanout, member);
	fanout_end(&fanout);
}
