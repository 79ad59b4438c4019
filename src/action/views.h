/* Who sees whom on a channel follows its modes and ranks: each member whose view changes is sent a
 * JOIN for a user who becomes visible, and a PART for a user who becomes hidden. */
#pragma once

#include "world/channel.h"
#include "world/outbox.h"
#include "world/world.h"

/* One MODE cannot change more ranks; see limits.modes_per_command. */
#define VIEWS_RANKED 16

/* The changes of one MODE: begin, change ranks and flags, show, announce the MODE, follow. */
struct views {
	struct world *world;
	struct outbox *outbox;
	struct channel *channel;
	uint32_t old_flags;
	struct ranked {
		struct member *member;
		bool was_public;
	} ranked[VIEWS_RANKED];
	size_t n_ranked;
};

void views_begin(
	struct views *views, struct world *world, struct outbox *outbox, struct channel *channel);
void views_set_rank(struct views *views, struct member *member, uint32_t rank, bool is_set);
/* Before the MODE is announced: its line names the members whose ranks changed. */
void views_show(struct views *views);
/* After the MODE. On a large channel the rest follows in steps. */
void views_follow(struct views *views);

/* Take the steps that are due, on all channels. */
void views_step(struct world *world, struct outbox *outbox);
