/* What is said, on its way to the store: which conversation it belongs to, and the part of its row
 * that is the world's own.
 *
 * The world holds no history. It describes what happens in requests, EFFECT_HISTORY, and asks what
 * was said with EFFECT_RECALL. A conversation has a number, the target of its rows: a channel's
 * belongs to one life of it, so that a user who makes it anew sees nothing of before, and that of
 * users to their accounts, whatever their nicknames are. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"
#include "proto/history_query.h"
#include "proto/history_row.h"

struct channel;
struct user;
struct world;

/* Is what happens there recorded? */
bool history_has_channel(const struct world *world, const struct channel *channel);
/* Both are an enum history_policy of a registered channel. */
bool history_policy_is_on(const struct world *world, uint32_t policy);
/* Does a change from one to the other erase what is recorded? */
bool history_policy_ends(const struct world *world, uint32_t before, uint32_t after);
/* Of a channel that is recorded: is that in memory? */
bool history_is_in_memory(const struct channel *channel);
/* For how many days, and how many messages, at most; 0: no limit. */
uint32_t history_days_of(const struct world *world, const struct channel *channel);
uint32_t history_messages_of(const struct world *world, const struct channel *channel);
/* What founders may choose at most; 0: no limit. */
uint32_t history_most_days(const struct world *world);
uint32_t history_most_messages(const struct world *world, const struct channel *channel);
/* All of the channel's history: a target of 0 if there is none. */
struct history_place history_place_of_channel(
	const struct world *world, const struct channel *channel);
/* The same as this user may see it. */
struct history_place history_place_of(
	const struct world *world, const struct channel *channel, const struct user *user);
/* The same of a conversation, whose target may be 0; the name is borrowed. */
struct history_place history_place_of_users(
	const struct world *world, int64_t target, const char *name);
/* The channel's target, which begins with its first record. */
int64_t history_target_of_channel(struct world *world, struct channel *channel);

/* The targets of what a user and somebody else write to each other: between accounts, and of an
 * account with a nickname that belongs to none. 0: there is none. */
int64_t history_target_of_accounts(uint64_t one, uint64_t other);
int64_t history_target_of_stranger(const struct world *world, uint64_t account, const char *nick);
/* Between two users as they are now. */
int64_t history_target_of_users(
	const struct world *world, const struct user *one, const struct user *other);

/* The rest of a row. */
struct history_details {
	uint64_t wall_ms;	/* the time that was sent with it; 0: that of its id */
	uint32_t flags;		/* enum history_flag */
	struct piece tags;	/* of the client */
	struct piece recipient; /* the nickname in the line; of RENAME: the old name; else none */
	struct piece operator_name;
	struct piece relay; /* the nickname of the user who relayed it */
};

enum history_flag {
	HISTORY_FLAG_BOT = 1 << 0,
	HISTORY_FLAG_OPERATOR = 1 << 1,
};

void history_details_put(struct buffer *out, const struct history_details *details);
struct history_details history_details_read(struct piece rest);

/* Lives that ended during this event; their rows are to be erased. */
void history_note_end(struct world *world, uint64_t life);
void history_clear_ends(struct world *world);

/* The database has come: no id may be lower than those in it. */
void history_take_last_id(struct world *world, uint64_t id);

/* The status of an EVENT_HISTORY. */
enum history_store {
	HISTORY_STORE_DISK,
	HISTORY_STORE_MEMORY,
	HISTORY_STORE_NO_MEMORY, /* there is no such database */
	HISTORY_STORE_FAILS,	 /* one of them cannot be used now */
	HISTORY_STORE_WORKS,	 /* that has ended */
	HISTORY_STORE_LOST,	 /* a removal is lost, for which the session (may be 0) has asked */
};

/* Can channels be recorded in memory? */
void history_set_memory(struct world *world, bool has_memory);
