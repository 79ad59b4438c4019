/* Who sees whom on a channel. Modes D and u hide members from each other; half-operators and
 * higher ranks see all. A member sees what its clients have been sent: on a large channel that
 * follows a change of modes or ranks step by step.
 *
 * When such a change lets a member see other users, or no longer see them, it gets a JOIN or a
 * PART for each. In a channel of a thousand members these are a million lines, so they go out 250
 * at a time and 50 per millisecond at most. Two fields of each member store how far that has come.
 * NAMES, WHO and fan-out read nothing else, so they always agree with what clients have been sent.
 */
#pragma once

#include "world/channel.h"

#define SIGHT_OF_ALL UINT64_MAX

/* The value of member.sees_to that these ranks give. */
static inline uint64_t sight_of(uint32_t ranks)
{
	return ranks >= MEMBER_RANK_HALF_OPERATOR ? SIGHT_OF_ALL : 0;
}

/* Set up a new member from its channel's modes and its own ranks. */
void sight_begin(struct member *member);
/* Hide or show the member as the channel's modes say now. */
void sight_follow_modes(struct member *member);

/* A member without a rank stays hidden while mode D is set, until it is revealed. */
void sight_hide_newcomer(struct member *member);
void sight_reveal(struct member *member);
/* Let the member see hidden members with lower numbers. */
void sight_set_reach(struct member *member, uint64_t number);

/* Do its bits differ from the channel's modes? Does its sight differ from its ranks? */
bool sight_lags_modes(const struct member *member);
bool sight_lags_rank(const struct member *member);

/* Does any member of the channel lag? */
bool sight_lags(const struct channel *channel);

/* When the next step is due; 0: none is. */
void sight_set_step(struct world *world, struct channel *channel, uint64_t due_ms);

void sight_save(struct buffer *out, const struct member *member);
/* After sight_begin(), with the values of the two fields that sight_save() wrote. */
void sight_load(struct member *member, uint64_t veil, uint64_t reach);
/* All members are loaded: plan the next step if one is needed. */
void sight_loaded(struct world *world, struct channel *channel);
