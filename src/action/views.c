/* Owns changes of visibility. One flag of a channel may change which others each member sees: with
 * a thousand members that is a million lines. So bits of the members decide who sees whom, and
 * follow the flag step by step; each step sends the lines for its changes. NAMES, WHO and the like
 * read these bits, and agree with what clients have been sent. */
#include "action/views.h"

#include <assert.h>

#include "action/presence.h"
#include "world/always_on.h"
#include "world/sight.h"

#define STEP_LINES 250
#define STEP_MS 10	/* the shortest pause between two steps */
#define LINES_PER_MS 50 /* at most, for one channel */

#define HIDING_FLAGS ((uint32_t) (CHANNEL_FLAG_AUDITORIUM | CHANNEL_FLAG_DELAYED_JOIN))

struct walk {
	struct world *world;
	struct outbox *outbox;
	size_t from; /* the effects before it */
};

static struct walk walk_begin(struct world *world, struct outbox *outbox)
{
	return (struct walk){ world, outbox, outbox->count };
}

static size_t walk_lines(const struct walk *walk)
{
	return walk->outbox->count - walk->from;
}

static bool walk_is_long(const struct walk *walk)
{
	return walk_lines(walk) >= STEP_LINES;
}

static void follow_modes(const struct walk *walk, struct member *member)
{
	bool was_public = member_is_public(member);

	sight_follow_modes(member);
	if (was_public && !member_is_public(member))
		hide_member(walk->world, walk->outbox, member, NULL);
	else if (!was_public && member_is_public(member))
		show_member(walk->world, walk->outbox, member, NULL);
}

static bool is_hidden_from(const struct member *member, const struct member *viewer)
{
	return member != viewer && !member_is_public(member);
}

/* False: the viewer sees only a part of the members so far. */
static bool gain_sight(const struct walk *walk, struct member *viewer)
{
	const struct channel *channel = viewer->channel;

	for (size_t i = channel_place_from(channel, viewer->sees_to); i < channel->n_members; i++) {
		const struct member *member = channel->members[i];

		sight_set_reach(viewer, member->number);
		if (walk_is_long(walk))
			return false;
		if (is_hidden_from(member, viewer))
			show_member(walk->world, walk->outbox, member, viewer);
	}
	sight_set_reach(viewer, SIGHT_OF_ALL);
	return true;
}

/* False: the viewer still sees a part of the members. */
static bool lose_sight(const struct walk *walk, struct member *viewer)
{
	const struct channel *channel = viewer->channel;

	for (size_t i = channel_place_from(channel, viewer->sees_to); i > 0; i--) {
		const struct member *member = channel->members[i - 1];

		sight_set_reach(viewer, member->number + 1);
		if (walk_is_long(walk))
			return false;
		if (is_hidden_from(member, viewer))
			hide_member(walk->world, walk->outbox, member, viewer);
	}
	sight_set_reach(viewer, 0);
	return true;
}

static bool follow_rank(const struct walk *walk, struct member *viewer)
{
	if (!sight_lags_rank(viewer))
		return true;
	return sight_of(viewer->ranks) ? gain_sight(walk, viewer) : lose_sight(walk, viewer);
}

/* False: another step is needed. */
static bool follow_all(const struct walk *walk, struct channel *channel)
{
	for (size_t i = 0; i < channel->n_members; i++) {
		if (!sight_lags_modes(channel->members[i]))
			continue;
		if (walk_is_long(walk))
			return false;
		follow_modes(walk, channel->members[i]);
	}
	for (size_t i = 0; i < channel->n_members; i++)
		if (!follow_rank(walk, channel->members[i]))
			return false;
	return true;
}

static void plan_step(const struct walk *walk, struct channel *channel, bool is_done)
{
	uint64_t pause_ms = walk_lines(walk) / LINES_PER_MS;

	if (pause_ms < STEP_MS)
		pause_ms = STEP_MS;
	sight_set_step(walk->world, channel, is_done ? 0 : walk->world->now_ms + pause_ms);
}

void views_begin(
	struct views *views, struct world *world, struct outbox *outbox, struct channel *channel)
{
	views->world = world;
	views->outbox = outbox;
	views->channel = channel;
	views->old_flags = channel->flags;
	views->n_ranked = 0;
}

static void remember_ranks(struct views *views, struct member *member)
{
	for (size_t i = 0; i < views->n_ranked; i++)
		if (views->ranked[i].member == member)
			return;
	assert(views->n_ranked < VIEWS_RANKED);
	views->ranked[views->n_ranked++] =
		(struct ranked){ .member = member, .was_public = member_is_public(member) };
}

void views_set_rank(struct views *views, struct member *member, uint32_t rank, bool is_set)
{
	remember_ranks(views, member);
	member_set_rank(member, rank, is_set);
	always_on_touch(views->world, member->user);
	if (is_set)
		sight_reveal(member);
}

void views_show(struct views *views)
{
	for (size_t i = 0; i < views->n_ranked; i++)
		if (!views->ranked[i].was_public)
			show_member(views->world, views->outbox, views->ranked[i].member, NULL);
}

static void hide_ranked(const struct views *views, struct member *member)
{
	sight_follow_modes(member);
	if (!member_is_public(member))
		hide_member(views->world, views->outbox, member, NULL);
}

void views_follow(struct views *views)
{
	const struct walk walk = walk_begin(views->world, views->outbox);
	struct channel *channel = views->channel;
	bool is_done = true;

	for (size_t i = 0; i < views->n_ranked; i++)
		hide_ranked(views, views->ranked[i].member);
	for (size_t i = 0; i < views->n_ranked; i++)
		is_done = follow_rank(&walk, views->ranked[i].member) && is_done;
	if ((channel->flags ^ views->old_flags) & HIDING_FLAGS)
		is_done = follow_all(&walk, channel);
	if (!is_done)
		plan_step(&walk, channel, false);
}

void views_step(struct world *world, struct outbox *outbox)
{
	struct heap_node *node;

	while ((node = heap_first(&world->sight_steps)) && node->deadline_ms <= world->now_ms) {
		const struct walk walk = walk_begin(world, outbox);
		struct channel *channel = CONTAINER_OF(node, struct channel, step);

		plan_step(&walk, channel, follow_all(&walk, channel));
	}
}
