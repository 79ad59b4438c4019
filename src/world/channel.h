/* Channels and who is in them. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bucket.h"
#include "base/heap.h"
#include "base/list.h"
#include "base/pack.h"
#include "world/masklist.h"
#include "world/metadata.h"
#include "world/modes.h"
#include "world/recent.h"
#include "world/user.h"

struct world;

/* Of a snapshot; those of clients are shorter. */
#define CHANNEL_NAME_BYTES 512

/* What a member may ask once about its channel without cost, as bits; see action/look.h. */
enum member_look {
	MEMBER_LOOK_MODES = 1 << 0,
	MEMBER_LOOK_NAMES = 1 << 1,
	MEMBER_LOOK_WHO = 1 << 2,
	MEMBER_LOOK_TOPIC = 1 << 3,
	MEMBER_LOOK_LIST = 1 << 4, /* shifted by enum channel_list */
};
#define MEMBER_LOOKS UINT8_MAX

struct member {
	struct user *user;
	uint32_t ranks;	 /* enum member_rank */
	bool is_hidden;	 /* others have not seen it join: mode D */
	uint8_t looks;	 /* enum member_look: those that are left */
	bool is_veiled;	 /* others see it only while it has a rank: mode u */
	uint64_t number; /* order of joining, over all channels */
	struct channel *channel;
	uint64_t sees_to;	/* it sees hidden members with numbers below that; see sight.h */
	uint64_t lines_full_ms; /* of the bucket of mode x */
	uint64_t spoke_ms;	/* for mode d */
};

struct channel {
	uint64_t number; /* of its birth; never used twice */
	char *name;
	char *folded; /* the name as the map's key */
	char *topic;  /* NULL: none */
	char *topic_setter;
	uint64_t topic_wall_ms;
	uint64_t created_wall_ms;
	uint32_t flags; /* enum channel_flag */
	uint32_t limit; /* 0: none. So the next two */
	uint32_t slow_seconds;
	struct rate join_rate;
	struct rate line_rate;
	uint64_t joins_full_ms;	 /* of the bucket of join_rate */
	char *forward;		 /* NULL: none */
	struct heap_node expiry; /* when the first timed entry of its lists ends */
	char *key;		 /* NULL: none */
	struct masklist lists[CHANNEL_LIST_COUNT];
	struct member **members; /* in order of joining */
	size_t n_members;
	size_t capacity;
	struct list invitations; /* struct invitation.in_channel, oldest first */
	struct heap_node step;	 /* the next step of what members see; see sight.h */
	uint64_t step_ms;	 /* when it is due; 0: there is none */
	uint64_t knocks_full_ms; /* of the bucket of KNOCK */
	struct list renamings;	 /* struct renaming.in_channel, oldest first */
	uint64_t renamed_ms;	 /* 0: never */
	struct recent recent;
	struct metadata metadata;
};

struct channel *channel_new(struct world *world, const char *name);
void channel_free(struct channel *channel);
struct channel *channel_find(const struct world *world, const char *name); /* NULL: none */

/* Into and out of the map by which it is found; only for a change of what that is. */
void channel_take_name(struct world *world, struct channel *channel);
void channel_leave_name(struct world *world, const struct channel *channel);

/* The new name is nobody else's. Who asks for the old one is told for a while. */
void channel_rename(struct world *world, struct channel *channel, const char *name);
void channel_set_forward(struct channel *channel, const char *name);

struct member *channel_add(
	struct world *world, struct channel *channel, struct user *user, uint32_t ranks);
/* The place among its members of the first whose number is at least that; their count: there is
 * none. */
size_t channel_place_from(const struct channel *channel, uint64_t number);
/* The member is freed; the channel too, when it was the last. */
void channel_remove(struct world *world, struct member *member);

void channel_set_topic(struct world *world, struct channel *channel, const char *topic,
	const char *setter);					/* an empty topic is none */
void channel_set_key(struct channel *channel, const char *key); /* NULL: none */
void channel_set_flag(struct channel *channel, uint32_t flag, bool is_set);
void channel_note_message(
	struct channel *channel, const struct recent_message *message, size_t most);
void channel_forget_message(struct channel *channel, uint64_t id);
/* An empty channel goes, once nothing keeps it any more. */
void channel_end_if_empty(struct world *world, struct channel *channel);
void member_set_rank(struct member *member, uint32_t rank, bool is_set);
void member_grant_looks(struct member *member); /* one of each kind */
/* True: it had that look left (enum member_look), and has used it up. */
bool member_take_look(struct member *member, uint8_t look);
/* True: mode x allows one more line, and that is counted. */
bool member_take_line(const struct world *world, struct member *member);
void member_note_speech(const struct world *world, struct member *member); /* for mode d */

/* True: one more KNOCK may be heard, and is counted. */
bool channel_take_knock(const struct world *world, struct channel *channel, struct rate rate);

/* Set the timer to when the first timed entry ends. */
void channel_set_expiry(struct world *world, struct channel *channel);
/* May the user know that the channel exists? And be shown it without having named it? */
bool channel_is_visible_to(const struct channel *channel, const struct user *user);
bool channel_is_listed_to(const struct channel *channel, const struct user *user);

/* Or higher; NULL: no. */
static inline bool member_has_rank(const struct member *member, uint32_t rank)
{
	return member && member->ranks >= rank;
}

/* Nobody above it. */
bool member_reaches(const struct member *member, const struct member *other);

/* May everybody on the channel know that the member is there? */
static inline bool member_is_public(const struct member *member)
{
	return member->ranks || (!member->is_hidden && !member->is_veiled);
}

/* May this one? The viewer is NULL outside of the channel. */
static inline bool member_is_visible_to(const struct member *member, const struct member *viewer)
{
	return member_is_public(member) || member == viewer ||
	       (viewer && member->number < viewer->sees_to);
}

/* How somebody who names the channel sees its members. */
struct channel_view {
	const struct member *own; /* the asker's membership; NULL: it is not on the channel */
	bool is_blind;		  /* it may not even know of the channel */
};

void channel_view_begin(
	struct channel_view *view, const struct channel *channel, const struct user *asker);

/* May the asker be told of the member? */
static inline bool channel_view_shows(const struct channel_view *view, const struct member *member)
{
	if (view->own)
		return member_is_visible_to(member, view->own);
	return member_is_public(member) && !view->is_blind &&
	       !(member->user->flags & USER_FLAG_INVISIBLE);
}

/* The same for one member. And for who asks for the user of the channel? */
bool member_is_shown_to(const struct member *member, const struct user *asker);
bool member_is_known_to(const struct member *member, const struct user *asker);

/* "nt" or, with parameters, "ntk key"; the key is shown to members only. */
void channel_format_modes(const struct channel *channel, bool with_key, struct buffer *out);

void channel_save(struct buffer *out, uint16_t id, const struct channel *channel);
/* Users must be loaded already. */
bool channel_load(struct world *world, struct pack record);
