/* Channels that last: each is a channel that exists without members, too, with a founder and with
 * accounts that get a rank when they join. The database has its topic, modes, lists and metadata as
 * they are, and those of papod's start come from there.
 *
 * Founder, accounts and options change when their rows are stored, as everything of accounts does.
 * The rest changes like that of any channel, and no client waits: the channel is touched, and
 * stored soon after. Only one such change is under way for each channel; those that follow are
 * stored together. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/list.h"
#include "base/pack.h"

struct account;
struct channel;
struct user;
struct world;

/* An account that gets a rank. */
struct channel_access {
	uint64_t account; /* its id */
	uint32_t rank;	  /* enum member_rank: one of them */
};

/* An entry of the channel's lists that the database has, or may have. */
struct stored_mask {
	char letter; /* of the list */
	char *mask;
};

/* Saved in the database. */
enum registered_option {
	REGISTERED_OPTION_PRIVATE = 1 << 0, /* only its members, operators and accounts see it */
	/* members see nothing of its history from before they joined */
	REGISTERED_OPTION_HISTORY_SINCE_JOIN = 1 << 1,
	REGISTERED_OPTION_WORDS_KICK = 1 << 2, /* users who say a word of the list are kicked */
	REGISTERED_OPTION_HELD = 1 << 12,      /* by an operator: it does not expire */
};

/* Whether the channel is recorded. Saved in the database; an unknown value is read as OFF. */
enum history_policy {
	HISTORY_POLICY_SERVER, /* as the settings say */
	HISTORY_POLICY_OFF,
	HISTORY_POLICY_ON,
	HISTORY_POLICY_MEMORY, /* on, but not on the disk */
};

struct registered_channel {
	uint64_t id; /* of its row; never used again */
	struct channel *channel;
	uint64_t founder; /* the id of an account; 0: none */
	uint64_t heir;	  /* the account that may become the founder; 0: none */
	uint64_t created_wall_ms;
	uint64_t change;   /* a request of a user that changes it, see changes.h; 0: none */
	uint64_t saving;   /* the request that stores what the channel has become; 0: none */
	uint32_t options;  /* enum registered_option */
	uint32_t used_day; /* when an account with a rank was there, see world_today(); 0: not known
			    */
	uint32_t history;  /* enum history_policy */
	uint32_t history_days;	   /* as its founder wishes; 0: as the settings say. Likewise: */
	uint32_t history_messages; /* see history_days_of() */
	uint32_t n_in_memory;	   /* rows since the last removal there */
	uint32_t n_access;
	uint32_t n_masks;
	bool is_unsaved; /* storing it has failed */
	bool is_touched;
	bool is_unreviewed; /* its members were there before its rows, see the next functions */
	char *words;	    /* that may not be said, see proto/word_list.h; NULL: none */
	struct channel_access *access; /* by the ids of their accounts */
	struct stored_mask *masks;
	struct list in_touched; /* world->touched_channels */
	struct list in_founder; /* see founders.h */
};

/* NULL: none. */
struct registered_channel *registered_channel_find_id(const struct world *world, uint64_t id);
/* How many channels the account has founded. */
size_t registered_channels_of(const struct world *world, const struct account *founder);
/* The rank of an account there: the founder's is MEMBER_RANK_OWNER. 0: none. NULL is no account. */
uint32_t registered_channel_rank(
	const struct registered_channel *registered, const struct account *account);
/* The rank of a user's account; 0: none, or the channel is not registered. */
uint32_t channel_rank_of(
	const struct world *world, const struct channel *channel, const struct user *user);

/* Members have come to the channel before its rows, and the first became its operator. */
void registered_channel_note_members(struct registered_channel *registered);
/* True: that is so. Their ranks are reviewed now, once. */
bool registered_channel_take_review(struct registered_channel *registered);

/* A row is recorded in memory. True: so many have come that those beyond the limit must go now. */
bool registered_channel_count_in_memory(struct registered_channel *registered, uint32_t most);

/* The channel has changed: store it soon, if it is registered. */
void channel_touch(struct world *world, const struct channel *channel);
/* An account with a rank is there today: harmless if that is known. */
void registered_channel_note_use(struct world *world, struct registered_channel *registered);
/* The database has this entry of the channel's lists, or has it no more. The mask is copied. */
void registered_channel_note_mask(
	struct registered_channel *registered, char letter, const char *mask, bool is_stored);
bool registered_channel_has_mask(
	const struct registered_channel *registered, char letter, const char *mask);
/* No founder and no options, before a row has them. */
void registered_channel_reset(struct world *world, struct registered_channel *registered);
/* A row may have been written by an administrator: forget words that cannot be. */
void registered_channel_check_words(struct registered_channel *registered);
void registered_channel_set_access(
	struct registered_channel *registered, uint64_t account, uint32_t rank); /* 0: none */
void registered_channel_set_change(struct registered_channel *registered, uint64_t request);
void registered_channel_set_saving(struct registered_channel *registered, uint64_t request);
void registered_channel_note_failure(struct registered_channel *registered);

/* The next one to be stored, which is not touched any more; NULL: none. Those that cannot be stored
 * now are marked for registered_channels_touch_unsaved(). */
struct registered_channel *registered_channels_next_touched(struct world *world);
/* The database works again. */
void registered_channels_touch_unsaved(struct world *world);

/* An account is gone: it was dropped. */
void registered_channels_forget_account(struct world *world, uint64_t account);

/* A new one, without its channel yet. The id is higher than any before. */
struct registered_channel *registered_channel_new(struct world *world, uint64_t id);
void registered_channel_attach(struct registered_channel *registered, struct channel *channel);
/* Its channel is not registered any more. */
void registered_channel_end(struct world *world, struct registered_channel *registered);

void registered_channel_save(
	struct buffer *out, uint16_t id, const struct registered_channel *registered);
/* Its channel is loaded later, and attached. */
bool registered_channel_load(struct world *world, struct pack record);
void registered_channels_done(struct world *world);

/* The first contradiction, or NULL. */
const char *registered_channels_check(const struct world *world);
