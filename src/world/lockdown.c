/* Owns the lockdown of the server. */
#include "world/lockdown.h"

#include <stdlib.h>
#include <string.h>

#include "base/bucket.h"
#include "base/cleanup.h"
#include "base/fields.h"
#include "base/mem.h"
#include "proto/store_row.h"
#include "world/accounts.h"
#include "world/moderation.h"
#include "world/world.h"

#define ROW_NAME "lockdown"
/* After a start all users come back at once. */
#define CALM_AFTER_START_MS 120000u

static const char *const names[LOCKDOWN_LEVELS] = { "off", "accounts", "known", "closed" };

static const struct field lockdown_row_fields[] = {
	{ STORE_MODERATION_TEXT, FIELD_TEXT, FIELD_AT(lockdown, char *, reason) },
	{ STORE_MODERATION_SETTER, FIELD_TEXT, FIELD_AT(lockdown, char *, setter) },
	{ STORE_MODERATION_CREATED, FIELD_U64, FIELD_AT(lockdown, uint64_t, since_wall_ms) },
	{ 64, FIELD_U8, FIELD_AT(lockdown, uint8_t, level) },
	{ 65, FIELD_U64, FIELD_AT(lockdown, uint64_t, until_wall_ms) },
};

const char *lockdown_level_name(uint32_t level)
{
	return level < LOCKDOWN_LEVELS ? names[level] : NULL;
}

uint32_t lockdown_level_of(const char *name)
{
	uint32_t level = 0;

	while (level < LOCKDOWN_LEVELS && strcmp(names[level], name) != 0)
		level++;
	return level;
}

void lockdown_done(struct lockdown *lockdown)
{
	free(lockdown->reason);
	free(lockdown->setter);
}

static void touch_lockdown(struct world *world)
{
	moderation_touch(world, MODERATION_KIND_LOCKDOWN, ROW_NAME);
}

void lockdown_touch(struct world *world)
{
	if (world->lockdown.level)
		touch_lockdown(world);
}

void lockdown_set(struct world *world, enum lockdown_level level, uint64_t duration_ms,
	const char *setter, const char *reason)
{
	struct lockdown *lockdown = &world->lockdown;

	if (!lockdown->level)
		lockdown->since_wall_ms = world->wall_ms;
	lockdown->level = (uint8_t) level;
	lockdown->until_ms = duration_ms ? world->now_ms + duration_ms : 0;
	lockdown->until_wall_ms = duration_ms ? world->wall_ms + duration_ms : 0;
	mem_set_text(&lockdown->setter, setter);
	mem_set_text(&lockdown->reason, reason);
	touch_lockdown(world);
}

void lockdown_end(struct world *world)
{
	struct lockdown *lockdown = &world->lockdown;

	lockdown->level = LOCKDOWN_LEVEL_OFF;
	lockdown->until_ms = lockdown->until_wall_ms = lockdown->since_wall_ms = 0;
	mem_set_text(&lockdown->setter, NULL);
	mem_set_text(&lockdown->reason, NULL);
	touch_lockdown(world);
}

bool lockdown_admits(const struct world *world, const char *name)
{
	const struct lockdown *lockdown = &world->lockdown;
	const struct account *account;

	if (lockdown->level == LOCKDOWN_LEVEL_OFF)
		return true;
	if (lockdown->level >= LOCKDOWN_LEVEL_CLOSED || !name)
		return false;
	account = account_find(world, name);
	return lockdown->level == LOCKDOWN_LEVEL_ACCOUNTS ||
	       (account && account->created_wall_ms < lockdown->since_wall_ms);
}

bool lockdown_note_arrival(struct world *world)
{
	const struct rate rate = { .count = world->settings->lockdown.arrivals,
		.seconds = world->settings->lockdown.arrival_ms / 1000 };

	return rate.count && rate.seconds &&
	       world->wall_ms >= world->started_wall_ms + CALM_AFTER_START_MS &&
	       !bucket_take_one(&world->lockdown.arrivals_full_ms, world->now_ms, rate);
}

const char *lockdown_check(const struct lockdown *lockdown)
{
	if (lockdown->level >= LOCKDOWN_LEVELS)
		return "the lockdown has no level";
	if (!lockdown->level != !lockdown->reason || !lockdown->level != !lockdown->setter)
		return "a lockdown has no reason or setter, or there is none";
	return !lockdown->until_ms != !lockdown->until_wall_ms ? "a lockdown has half an end"
							       : NULL;
}

bool lockdown_put_row(const struct world *world, const char *name, struct buffer *out)
{
	if (!world->lockdown.level || strcmp(name, ROW_NAME) != 0)
		return false;
	fields_save(out, lockdown_row_fields, ARRAY_LENGTH(lockdown_row_fields), &world->lockdown);
	return true;
}

static bool is_possible_lockdown(const struct lockdown *fields)
{
	return fields->level && fields->level < LOCKDOWN_LEVELS && fields->reason && fields->setter;
}

/* One that is in force stays as it is. */
bool lockdown_take_row(struct world *world, const char *name, struct pack pack)
{
	CLEANUP(lockdown_done) struct lockdown fields = { 0 };
	struct pack_field field;

	while (pack_next(&pack, &field))
		fields_load(
			lockdown_row_fields, ARRAY_LENGTH(lockdown_row_fields), &fields, &field);
	if (strcmp(name, ROW_NAME) != 0 || !is_possible_lockdown(&fields))
		return false;
	if (world->lockdown.level)
		return true;
	if (fields.until_wall_ms && fields.until_wall_ms <= world->wall_ms) {
		touch_lockdown(world);
		return true;
	}
	lockdown_set(world, (enum lockdown_level) fields.level,
		fields.until_wall_ms ? fields.until_wall_ms - world->wall_ms : 0, fields.setter,
		fields.reason);
	world->lockdown.since_wall_ms = fields.since_wall_ms;
	return true;
}
