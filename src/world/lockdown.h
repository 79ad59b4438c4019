/* Who may become a new user while the server is locked down. Users who are here stay, and their
 * accounts may attach further clients to them. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/pack.h"

struct world;

/* From the weakest to the strongest. Saved in snapshots and in the database. */
enum lockdown_level {
	LOCKDOWN_LEVEL_OFF,
	LOCKDOWN_LEVEL_ACCOUNTS, /* only who is logged in */
	LOCKDOWN_LEVEL_KNOWN,	 /* to an account that was there before the lockdown */
	LOCKDOWN_LEVEL_CLOSED,
};
#define LOCKDOWN_LEVELS 4

struct lockdown {
	uint8_t level; /* enum lockdown_level */
	uint64_t since_wall_ms;
	uint64_t until_wall_ms; /* 0: until it is ended, like the next */
	uint64_t until_ms;
	char *reason; /* NULL: off, like the next */
	char *setter;
	uint64_t arrivals_full_ms; /* the bucket of new users without an account */
};

/* NULL: no such level. */
const char *lockdown_level_name(uint32_t level);
/* LOCKDOWN_LEVELS: no such name. */
uint32_t lockdown_level_of(const char *name);

void lockdown_done(struct lockdown *lockdown);
/* The duration 0 is no end. */
void lockdown_set(struct world *world, enum lockdown_level level, uint64_t duration_ms,
	const char *setter, const char *reason);
void lockdown_end(struct world *world);

/* May somebody with this account (NULL: none) become a user? */
bool lockdown_admits(const struct world *world, const char *account);
/* A new user without an account has come. True: they are too many for lockdown.arrivals. */
bool lockdown_note_arrival(struct world *world);

const char *lockdown_check(const struct lockdown *lockdown); /* as world_check() */

/* As the rows of moderation_rows.h. */
bool lockdown_put_row(const struct world *world, const char *name, struct buffer *out);
bool lockdown_take_row(struct world *world, const char *name, struct pack fields);
void lockdown_touch(struct world *world);
