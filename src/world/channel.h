/* Channels and their members. */
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

struct registered_channel;
struct world;

/* The limit for snapshots; clients have a lower one. */
#define CHANNEL_NAME_BYTES 512

/* Requests about its channel that a member may make once for free, as bits; see action/look.h. */
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
	uint8_t looks;	 /* enum member_look: still free */
	bool is_veiled;	 /* others see it only while it has a rank: mode u */
	uint64_t number; /* order of joining, over all channels */
	struct channel *channel;
	uint64_t sees_to;	   /* it sees hidden members with lower numbers; see sight.h */
	uint64_t lines_full_ms;	   /* bucket of mode x */
	uint64_t spoke_ms;	   /* for mode d */
	uint64_t joined_id;	   /* messages from this id on were said while it was there */
	struct member *next_dying; /* of world.dying_members */
};

struct channel {
	uint64_t number; /* in order of creation; never used twice */
	char *name;
	char *folded; /* the name as the map's key */
	char *topic;  /* NULL: none */
	char *topic_setter;
	uint64_t topic_wall_ms;
	uint64_t created_wall_ms;
	uint32_t flags; /* enum channel_flag */
	uint32_t limit; /* 0: none. The same for the next two */
	uint32_t slow_seconds;
	struct rate join_rate;
	struct rate line_rate;
	uint64_t joins_full_ms;	 /* bucket of join_rate */
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
	uint64_t knocks_full_ms; /* bucket of KNOCK */
	struct list renamings;	 /* struct renaming.in_channel, oldest first */
	uint64_t renamed_ms;	 /* 0: never */
	struct recent recent;
	struct metadata metadata;
	struct registered_channel *registered; /* NULL: it ends with its last member */
	uint64_t life; /* its messages have this target, see history.h; 0: none is recorded */
	struct list in_dying;
};

struct channel *channel_new(struct world *world, const char *name);
void channel_free(struct channel *channel);
struct channel *channel_find(const struct world *world, const char *name); /* NULL: none */

/* Add to and remove from the map by name; only for a change of the name or case mapping. */
void channel_take_name(struct world *world, struct channel *channel);
void channel_leave_name(struct world *world, const struct channel *channel);

/* The new name must be free. The old name leads to the new one for a while. */
void channel_rename(struct world *world, struct channel *channel, const char *name);
void channel_set_forward(struct channel *channel, const char *name);

struct member *channel_add(
	struct world *world, struct channel *channel, struct user *user, uint32_t ranks);
/* The index of the first member with at least this number; n_members if there is none. */
size_t channel_place_from(const struct channel *channel, uint64_t number);
/* Ends the member, and the channel after its last member; they are freed after the event. */
void channel_remove(struct world *world, struct member *member);

void channel_set_topic(struct world *world, struct channel *channel, const char *topic,
	const char *setter);					/* an empty text removes it */
void channel_set_key(struct channel *channel, const char *key); /* NULL: none */
void channel_set_flag(struct channel *channel, uint32_t flag, bool is_set);
void channel_note_message(
	struct channel *channel, const struct recent_message *message, size_t most);
void channel_forget_message(struct channel *channel, uint64_t id);
/* Its history ends; what follows belongs to another life. */
void channel_end_life(struct world *world, struct channel *channel);
/* End the channel if it is empty and nothing else needs it. */
void channel_end_if_empty(struct world *world, struct channel *channel);
/* Free channels and members that have ended. */
void channels_sweep(struct world *world);
void member_set_rank(struct member *member, uint32_t rank, bool is_set);
/* It was there before: messages from this id on were said while it was; 0: not known. */
void member_set_joined(struct member *member, uint64_t joined_id);
void member_grant_looks(struct member *member); /* one of each kind */
/* True: the look (enum member_look) was still free, and is used up now. */
bool member_take_look(struct member *member, uint8_t look);
/* True: mode x allows one more line, which is counted. */
bool member_take_line(const struct world *world, struct member *member);
void member_note_speech(const struct world *world, struct member *member); /* for mode d */

/* True: one more KNOCK is allowed, and is counted. */
bool channel_take_knock(const struct world *world, struct channel *channel, struct rate rate);

/* Set the timer to the end of the first timed entry. */
void channel_set_expiry(struct world *world, struct channel *channel);
/* May the user know that the channel exists? May LIST and the like show it to the user? */
bool channel_is_visible_to(const struct channel *channel, const struct user *user);
bool channel_is_listed_to(const struct channel *channel, const struct user *user);

/* Has the member this rank or a higher one? False for NULL. */
static inline bool member_has_rank(const struct member *member, uint32_t rank)
{
	return member && member->ranks >= rank;
}

/* Is the other's highest rank not above the member's? */
bool member_reaches(const struct member *member, const struct member *other);

/* May all on the channel know that the member is there? */
static inline bool member_is_public(const struct member *member)
{
	return member->ranks || (!member->is_hidden && !member->is_veiled);
}

/* May this viewer know it? The viewer is NULL outside of the channel. */
static inline bool member_is_visible_to(const struct member *member, const struct member *viewer)
{
	return member_is_public(member) || member == viewer ||
	       (viewer && member->number < viewer->sees_to);
}

/* How a user who names the channel sees its members. */
struct channel_view {
	const struct member *own; /* the user's membership; NULL: it is not on the channel */
	bool is_blind;		  /* the user may not know of the channel */
};

void channel_view_begin(
	struct channel_view *view, const struct channel *channel, const struct user *asker);

/* May the user be shown the member? */
static inline bool channel_view_shows(const struct channel_view *view, const struct member *member)
{
	if (view->own)
		return member_is_visible_to(member, view->own);
	return member_is_public(member) && !view->is_blind &&
	       !(member->user->flags & USER_FLAG_INVISIBLE);
}

/* The same for one member; and if the asker names the user, not the channel. */
bool member_is_shown_to(const struct member *member, const struct user *asker);
bool member_is_known_to(const struct member *member, const struct user *asker);

/* "nt" or, with parameters, "ntk key"; the key is shown to members only. */
void channel_format_modes(const struct channel *channel, bool with_key, struct buffer *out);

void channel_save(struct buffer *out, uint16_t id, const struct channel *channel);
/* Users must be loaded already. */
bool channel_load(struct world *world, struct pack record);
