/* The root of all state of the chat. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/heap.h"
#include "base/interned.h"
#include "base/list.h"
#include "base/map.h"
#include "base/ordered.h"
#include "config/settings.h"
#include "proto/tls_facts.h"
#include "world/accounts.h"
#include "world/audit_log.h"
#include "world/bans.h"
#include "world/census.h"
#include "world/complaints.h"
#include "world/filters.h"
#include "world/known_addresses.h"
#include "world/listed_addresses.h"
#include "world/lockdown.h"
#include "world/moderation.h"
#include "world/monitor.h"
#include "world/notification_sources.h"
#include "world/pushes.h"
#include "world/registration_tokens.h"
#include "world/rows.h"
#include "world/tallies.h"
#include "world/usage.h"
#include "world/used_codes.h"
#include "world/whowas.h"

struct event;
struct session;
struct user;
struct channel;

/* Users with an account are found in these many lists. */
#define WORLD_USER_LISTS 1024

struct world {
	struct settings *settings; /* NULL until the first EVENT_SETTINGS */

	struct session **slots;	       /* sessions by the low half of their id */
	struct session *administrator; /* during its event; NULL: there is none */
	size_t n_slots;
	struct list sessions; /* struct session.in_world, oldest first */
	struct ordered users; /* by their numbers */
	/* struct user.in_account of users with an account, by the lowest bits of its id. */
	struct list users_by_account[WORLD_USER_LISTS];
	struct ordered channels;
	struct map users_by_nick; /* keys are folded */
	struct map channels_by_name;
	struct map renamings; /* struct renaming; keys are folded, and not names of channels */
	struct map users_by_skeleton;	 /* with CASEMAP_UTF8, to find nicks that look alike */
	uint8_t casemap;		 /* enum casemap: in force, see naming.h */
	uint8_t storage;		 /* enum storage_state */
	uint8_t certificates;		 /* enum certificates: of all gates */
	struct buffer certificate_facts; /* proto/certificate_facts.h; gates tell each process */
	char *isupport;			 /* see world_keep_isupport() */
	struct heap timers;		 /* struct session.timer */
	struct heap channel_timers;	 /* struct channel.expiry */
	struct heap sight_steps;	 /* struct channel.step */
	struct census census;		 /* clients per address, network and class */
	struct whowas whowas;
	struct bans bans;
	struct filters filters;
	struct moderation moderation;
	struct complaints complaints;
	struct known_addresses known_addresses;
	struct listed_addresses listed_addresses;
	struct lockdown lockdown;
	struct monitors monitors;
	struct usage usage;
	struct notification_sources notification_sources;
	struct accounts accounts;
	struct tallies tallies;
	struct used_codes used_codes;
	struct registration_tokens registration_tokens;
	struct audit audit;
	struct pushes pushes;
	char *vapid;	     /* the key of papod-push, see vapid.h there; NULL: not known */
	struct list changes; /* struct change.in_world, oldest first */
	struct list mails;   /* struct mail.in_world, likewise */
	struct ordered registered_channels; /* by the ids of their rows */
	struct map founders;		    /* of registered channels, see founders.h */
	struct list touched_channels;	    /* struct registered_channel.in_touched: to be stored */

	uint64_t now_ms;   /* of the current event; see event.h */
	uint64_t wall_ms;  /* never goes back, whatever the clock does */
	uint64_t sweep_ms; /* when it is time to look what expires, see expiring.h; 0: not yet */
	bool are_users_restored; /* see always_on.h */
	uint64_t marks_ms;	 /* when to store marks of accounts; 0: none is newer */
	uint64_t started_wall_ms;
	uint64_t dice;	      /* state of the random numbers of this event */
	uint64_t next_number; /* users, channels, members and bans are numbered in order of creation
			       */
	uint64_t next_request;
	uint64_t last_version; /* the highest of any row, see changes_next_version() */
	/* The state of the database whose rows these are, with all changes that took effect. */
	uint64_t storage_file;	 /* a number that the file has; 0: not known */
	uint64_t storage_stored; /* requests, ever */
	uint64_t rows_edition;	 /* see rows.h */
	uint64_t last_batch;	 /* batches of lines are numbered, IRCv3 batch */
	uint64_t last_msgid;	 /* see msgid.h, like the next */
	uint64_t birth;
	uint64_t mark;	      /* see user.h */
	uint64_t map_seed[2]; /* of the maps, from the first event */

	struct interned listener_names; /* of sessions, including ended ones */
	struct user **watchers;		/* users with notices, in order of their numbers */
	size_t n_watchers;

	uint32_t n_mails;
	uint32_t n_sessions;
	uint32_t n_unregistered; /* sessions without a user */
	uint32_t n_users;
	uint32_t n_invisible;
	uint32_t n_operators;
	uint32_t n_hidden_operators; /* of these */
	uint32_t n_channels;
	uint32_t max_users; /* most at the same time */

	bool has_memory_history;    /* channels can be recorded in memory */
	struct buffer ended_lives;  /* during this event, see history.h */
	struct list dying_sessions; /* freed by world_sweep() */
	struct list dying_users;    /* struct user.in_dying */
	struct list dying_channels; /* struct channel.in_dying */
	struct member *dying_members;
};

struct world *world_new(void);
void world_free(struct world *world); /* NULL is allowed */

/* Set the clocks and dice from an event. */
void world_set_time(struct world *world, uint64_t now_ms, uint64_t wall_ms, uint64_t seed);

/* Seed the hashes of the maps, which must be empty. */
void world_seed_maps(struct world *world, uint64_t low, uint64_t high);

/* The database has come, or its state has changed. */
void world_set_storage(struct world *world, enum storage_state storage);

/* Gates have said whether clients can verify the certificates. */
/* As an EVENT_TICK tells; facts only if there are some. */
bool world_has_certificate_news(const struct world *world, const struct event *event);
void world_take_certificates(struct world *world, const struct event *event);

/* papod-push has this key. */
void world_set_vapid(struct world *world, const char *key);

/* Takes a reference, and derives everything from the new settings again. */
void world_set_settings(struct world *world, struct settings *settings);

/* Store the lines of ISUPPORT, which are the same for all clients, and take ownership, until the
 * settings or the case mapping change. world.isupport is NULL until they are first needed. */
void world_keep_isupport(struct world *world, char *lines);
void world_forget_isupport(struct world *world);

/* The days since 1970. */
static inline uint32_t world_today(const struct world *world)
{
	return (uint32_t) (world->wall_ms / 86400000);
}

void world_set_sweep(struct world *world, uint64_t sweep_ms);
void world_note_users_restored(struct world *world);
void world_set_marks_time(struct world *world, uint64_t marks_ms);

/* Free the objects that the event marked. Nothing is freed earlier. */
void world_sweep(struct world *world);

/* When the next EVENT_TICK is due, in the event clock; UINT64_MAX: never. */
uint64_t world_next_deadline(const struct world *world);
size_t world_count_users(const struct world *world);
size_t world_count_channels(const struct world *world);

/* The whole world as bytes and back. The format is that of base/pack.h, with field ids that
 * are never reused. NULL: not a snapshot, with the reason (static text). */
void world_save(const struct world *world, struct buffer *out);
/* For readers other than the next process: masks the passwords that sessions store. */
void world_save_without_secrets(const struct world *world, struct buffer *out);
/* Mask the passwords in the saved world that begins there and ends with the buffer. */
void world_hide_secrets(struct buffer *saved, size_t begun);
struct world *world_load(const void *bytes, size_t length, const char **ret_reason);

/* Progress of loading: called before each record, and before the final check. */
struct world_watch {
	void (*on_step)(void *data, bool is_check);
	void *data;
};

/* The same as world_load(); watch may be NULL. */
struct world *world_load_watched(
	const void *bytes, size_t length, const struct world_watch *watch, const char **ret_reason);

/* Is everything consistent with everything else? For tests and fuzzing; the first
 * contradiction found, or NULL. */
const char *world_check(const struct world *world);
