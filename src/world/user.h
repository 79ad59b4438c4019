/* A user: a nick that others see, whatever sessions are behind it. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/address.h"
#include "base/bucket.h"
#include "base/list.h"
#include "base/pack.h"
#include "world/masklist.h"
#include "world/metadata.h"
#include "world/recent.h"

struct world;
struct session;
struct channel;
struct member;

/* The possible hosts in nick!user@host; all except `real` may be NULL. */
struct hosts {
	const char *real;	   /* the DNS name of its address, or the address */
	const char *cloak;	   /* the cloak of the real host */
	const char *address_cloak; /* the cloak of the address, if it has a name */
};

struct faces;
struct hostmask;

/* State that few users have. */
struct user_extras {
	struct list invitations; /* struct invitation.in_user, oldest first */
	struct list acceptances; /* struct acceptance.in_owner, oldest first */
	struct list accepted_by; /* struct acceptance.in_other */
	struct masklist silence; /* masks of users whose messages it does not get */
	struct recent recent;	 /* messages to other users */
	struct metadata metadata;
	char *given_host;	   /* set by an operator; NULL: none */
	uint64_t knocks_full_ms;   /* bucket of KNOCK */
	uint64_t calls_full_ms;	   /* bucket of notifications about refused messages */
	uint64_t metadata_full_ms; /* bucket of METADATA SET */
	uint64_t syncs_full_ms;	   /* bucket of METADATA SYNC */
	uint64_t guest_ms;	   /* the nick is another's, and is taken then; 0: it is not */
	uint64_t grace_left_ms;	   /* when the user left such a nick itself; 0: it did not */
	bool was_guest;		   /* that happened before: there is no second time of grace */
};

extern const struct user_extras user_no_extras;

struct user {
	/* Fields that sending needs come first. */
	uint32_t flags;	      /* enum user_flag */
	uint32_t notices;     /* enum notice_kind: notices of the server that it gets */
	struct list sessions; /* struct session.in_user */
	uint64_t number;      /* never used twice */
	struct list in_dying;
	struct list in_account; /* in world->users_by_account, in order of their numbers */
	char *nick;
	char *folded;	 /* the nick as the map's key; the same pointer if equal */
	char *skeleton;	 /* see naming.h */
	char *name;	 /* the user of nick!user@host */
	char *real_host; /* see struct hosts, like the next two */
	char *cloak;
	char *address_cloak; /* the same pointer as cloak if equal */
	const char *host;    /* as others see it: the given one, the cloak or the real one */
	char *source;	     /* nick!user@host, with the host that others see */
	struct faces *faces; /* for masks; NULL until one is tried */
	char *realname;
	char *away;		/* the text; NULL: not away */
	char *operator_name;	/* in the settings; NULL: not an operator */
	char *account;		/* its name; NULL: not logged in */
	uint64_t account_id;	/* its id in the database; 0: it is not there */
	struct address address; /* of its first session */
	uint32_t n_members;
	bool is_auto_away; /* the server has marked it as away */
	uint64_t signon_wall_ms;
	uint64_t detached_wall_ms;  /* since when it has no session; 0: it has */
	uint64_t talked_ms;	    /* last message, for the idle time */
	struct member **members;    /* its memberships, in order of joining */
	uint64_t mark;		    /* equal to world->mark: visited in this walk */
	struct user_extras *extras; /* NULL: none; for user_extras() and user_need_extras() */
};

/* For reading; empty extras if it has none. */
static inline const struct user_extras *user_extras(const struct user *user)
{
	return user->extras ? user->extras : &user_no_extras;
}

/* For writing; allocates them if needed. */
struct user_extras *user_need_extras(struct user *user);

struct user *user_new(struct world *world, const char *nick, const char *name, const char *host,
	const char *realname);
/* Create a bot that is in no map, so that no lookup finds it; the caller frees it with user_free().
 */
struct user *user_new_apart(const struct world *world, const char *nick, const char *name,
	const char *host, const char *realname);
void user_note_talk(const struct world *world, struct user *user); /* resets the idle time */
/* The address of its first session. */
void user_set_address(struct user *user, const struct address *address);
void user_set_hosts(struct user *user, const struct hosts *hosts);
void user_give_host(struct user *user, const char *host); /* NULL: its own host again */
/* During an event: leaves all channels, releases the nick and marks the user; world_sweep() frees
 * it. */
void user_end(struct world *world, struct user *user);
void user_free(struct user *user);

struct user *user_find(const struct world *world, const char *nick); /* NULL: none */
struct user *user_find_number(const struct world *world, uint64_t number);

/* Add to and remove from the maps by name; only for a change of the nick or case mapping. */
void user_take_name(struct world *world, struct user *user);
void user_leave_name(struct world *world, const struct user *user);

void user_set_nick(struct world *world, struct user *user, const char *nick);
/* Does a nick!user@host mask match any host of the user? Repeated questions would reveal the
 * address, so this is only for masks of operators of the server. */
bool user_matches(const struct world *world, const struct user *user, const struct hostmask *mask);
/* The same for masks of all users: matches only hosts that others see or could have seen. */
bool user_shows(const struct world *world, const struct user *user, const struct hostmask *mask);
/* Call after many masks: see faces_drop_indexes(). */
void user_drop_indexes(const struct user *user);
void user_set_realname(struct user *user, const char *realname);
/* The name and id of its account; NULL and 0: logged out. */
void user_set_account(struct world *world, struct user *user, const char *account, uint64_t id);
/* The next user that is logged in to the account; NULL: none. Begin with NULL. */
struct user *user_next_of(struct world *world, uint64_t account, const struct user *before);
void user_enter_account(struct world *world, struct user *user); /* it has just been loaded */
void user_set_away(struct user *user, const char *reason);	 /* NULL: back */
void user_set_flag(struct world *world, struct user *user, uint32_t flag, bool is_set);
/* What others see; NULL: no longer an operator. The powers are those of sessions, see operating.h.
 */
void user_set_operator(struct world *world, struct user *user, const char *name);
/* A mask that is not in the list yet. */
void user_add_silence(struct user *user, const char *mask);
char *user_remove_silence(
	const struct world *world, struct user *user, const char *mask); /* as masklist_remove() */
bool user_silences(const struct world *world, const struct user *user, const struct user *speaker);
/* True: one more notification about a refused message is allowed, and is counted. */
bool user_take_call(const struct world *world, struct user *user, struct rate rate);
/* True: one more change of metadata, or one more sync, is allowed, and is counted. */
bool user_take_metadata(const struct world *world, struct user *user, struct rate rate);
bool user_take_sync(const struct world *world, struct user *user, struct rate rate);
/* Record a message to the other user; beyond `most` the oldest are forgotten. */
void user_note_message(struct user *user, const struct recent_message *message, size_t most);
void user_forget_message(struct user *user, uint64_t id);
/* See user_extras.guest_ms; once the time has come, was_guest stays. */
void user_set_guest_time(struct user *user, uint64_t guest_ms);
/* See user_extras.grace_left_ms. */
void user_set_grace_left(struct user *user, uint64_t left_ms);
void user_note_guest(struct user *user);
/* The last session has left, or the first has come (0). */
void user_set_detached(struct user *user, uint64_t wall_ms);
void user_set_auto_away(struct user *user, bool is_set);
void user_set_signon(struct user *user, uint64_t wall_ms);
void user_set_knocks(struct user *user, uint64_t full_ms);
/* Only operators get notices: for other users the set must be empty. */
void user_set_notices(struct world *world, struct user *user, uint32_t kinds);

/* May the viewer know that the user is an operator of the server? */
bool user_is_operator_to(const struct user *user, const struct session *viewer);

struct member *user_find_member(const struct user *user, const struct channel *channel);
/* Does the user see the other on a common channel? */
bool user_sees(const struct user *user, const struct user *other);

void user_save(struct buffer *out, uint16_t id, const struct user *user);
bool user_load(struct world *world, struct pack record);
