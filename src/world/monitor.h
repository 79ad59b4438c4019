/* Who waits for whom to come and go. IRCv3 monitor. What is waited for is a nickname, whoever has
 * it or nobody: an entry hangs on the session in whose list it is and on all entries for the same
 * nickname, so that news of a user cost as much as there are sessions that want them. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/list.h"
#include "base/map.h"
#include "base/ordered.h"
#include "base/pack.h"

struct world;
struct session;
struct user;

/* A nickname that somebody waits for. */
struct monitor_target {
	char *folded;
	struct list entries; /* struct monitor_entry.in_target, oldest first */
};

struct monitor_entry {
	uint64_t number; /* never used twice */
	struct list in_session;
	struct list in_target;
	struct session *session;
	struct monitor_target *target;
	char *nick; /* as it was given */
};

struct monitors {
	struct map targets; /* by folded nickname */
	struct ordered all; /* entries */
};

void monitors_init(struct monitors *monitors, uint64_t seed_low, uint64_t seed_high);
void monitors_done(struct monitors *monitors); /* no session has a list any more */

struct monitor_entry *monitor_find(
	const struct world *world, const struct session *session, const char *nick);
/* One that is not in the list yet. */
void monitor_add(struct world *world, struct session *session, const char *nick);
void monitor_remove(struct world *world, struct monitor_entry *entry);
void monitors_clear(struct world *world, struct session *session);
/* The first one of the session's list with at least that number; NULL: there is none. */
struct monitor_entry *monitor_from(const struct session *session, uint64_t number);

/* The case mapping has changed: nicknames may be the same now that were two before. */
void monitors_fold(struct world *world);

bool monitor_has_watchers(const struct world *world, const char *nick);
/* The sessions that wait for the nickname. */
void monitor_each_watcher(const struct world *world, const char *nick,
	void (*visit)(void *data, struct session *session), void *data);

void monitor_save(struct buffer *out, uint16_t id, const struct monitor_entry *entry);
void monitor_load(struct world *world, struct pack record); /* sessions must be there already */

/* What contradicts something, or NULL. See world_check(). */
const char *monitors_check(const struct world *world);
