/* The lists of MONITOR. IRCv3 monitor. An entry is about a nickname, whether or not a user has it.
 * It is linked to the session whose list contains it and to all entries for the same nickname, so a
 * notification costs only as much as it has recipients. */
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

/* A monitored nickname. */
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
	char *nick; /* as the client gave it */
};

struct monitors {
	struct map targets; /* by folded nickname */
	struct ordered all; /* entries */
};

void monitors_init(struct monitors *monitors, uint64_t seed_low, uint64_t seed_high);
void monitors_done(struct monitors *monitors); /* all lists must be empty */

struct monitor_entry *monitor_find(
	const struct world *world, const struct session *session, const char *nick);
/* The nickname must not be in the list yet. */
void monitor_add(struct world *world, struct session *session, const char *nick);
void monitor_remove(struct world *world, struct monitor_entry *entry);
void monitors_clear(struct world *world, struct session *session);
/* The first entry of the session's list with at least this number; NULL if there is none. */
struct monitor_entry *monitor_from(const struct session *session, uint64_t number);

/* After a change of the case mapping: nicknames that differed before may now be equal. */
void monitors_fold(struct world *world);

bool monitor_has_watchers(const struct world *world, const char *nick);
/* Call visit for each session that monitors the nickname. */
void monitor_each_watcher(const struct world *world, const char *nick,
	void (*visit)(void *data, struct session *session), void *data);

void monitor_save(struct buffer *out, uint16_t id, const struct monitor_entry *entry);
void monitor_load(struct world *world, struct pack record); /* sessions must be loaded already */

/* The first contradiction found, or NULL. See world_check(). */
const char *monitors_check(const struct world *world);
