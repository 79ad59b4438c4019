/* Owns the lists of MONITOR.
 *
 * MONITOR is about nicknames, not users. All entries for a nickname are linked to it, so a user
 * that connects or leaves costs nothing for other lists. Watchers see nick!user@host as other users
 * do, and invisible users too, as in WHOIS: a client that knows a nickname may ask about it. */
#include "world/monitor.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "proto/casemap.h"
#include "world/session.h"
#include "world/snapshot_ids.h"
#include "world/user.h"
#include "world/world.h"

#define NICK_BYTES 512 /* the limit for snapshots; clients have a lower one */

static const char *target_key(const void *item)
{
	return ((const struct monitor_target *) item)->folded;
}

void monitors_init(struct monitors *monitors, uint64_t seed_low, uint64_t seed_high)
{
	map_init(&monitors->targets, target_key, seed_low, seed_high);
}

void monitors_done(struct monitors *monitors)
{
	map_done(&monitors->targets);
	ordered_done(&monitors->all);
}

static struct monitor_target *find_monitor_target(const struct world *world, const char *nick)
{
	char folded[CASEMAP_KEY_BYTES];

	casemap_fold_into(world->casemap, folded, nick);
	return map_find(&world->monitors.targets, folded);
}

static struct monitor_target *get_target(struct world *world, const char *nick)
{
	struct monitor_target *target = find_monitor_target(world, nick);

	if (target)
		return target;
	target = mem_new(sizeof(*target));
	target->folded = casemap_fold(world->casemap, nick);
	list_init(&target->entries);
	map_add(&world->monitors.targets, target);
	return target;
}

/* Remove the entry from its target, which is freed with its last entry. */
static void leave_target(struct world *world, struct monitor_entry *entry)
{
	struct monitor_target *target = entry->target;

	list_remove(&entry->in_target);
	entry->target = NULL;
	if (!list_is_empty(&target->entries))
		return;
	map_remove(&world->monitors.targets, target);
	free(target->folded);
	free(target);
}

static void enter_target(struct world *world, struct monitor_entry *entry)
{
	entry->target = get_target(world, entry->nick);
	list_add_last(&entry->target->entries, &entry->in_target);
}

struct monitor_entry *monitor_find(
	const struct world *world, const struct session *session, const char *nick)
{
	const struct monitor_target *target = find_monitor_target(world, nick);
	struct monitor_entry *entry;

	if (!target)
		return NULL;
	LIST_EACH (entry, &session_extras(session)->monitored, in_session)
		if (entry->target == target)
			return entry;
	return NULL;
}

static void add_entry(
	struct world *world, struct session *session, uint64_t number, const char *nick)
{
	struct monitor_entry *entry = mem_new(sizeof(*entry));

	entry->number = number;
	entry->session = session;
	entry->nick = mem_text(nick);
	enter_target(world, entry);
	list_add_last(&session_need_extras(session)->monitored, &entry->in_session);
	session_need_extras(session)->n_monitored++;
	ordered_add(&world->monitors.all, number, entry);
}

void monitor_add(struct world *world, struct session *session, const char *nick)
{
	add_entry(world, session, ++world->next_number, nick);
}

void monitor_remove(struct world *world, struct monitor_entry *entry)
{
	leave_target(world, entry);
	list_remove(&entry->in_session);
	session_need_extras(entry->session)->n_monitored--;
	ordered_remove(&world->monitors.all, entry->number);
	free(entry->nick);
	free(entry);
}

void monitors_clear(struct world *world, struct session *session)
{
	while (!list_is_empty(&session_extras(session)->monitored))
		monitor_remove(world, LIST_FIRST(&session_extras(session)->monitored,
					      struct monitor_entry, in_session));
}

struct monitor_entry *monitor_from(const struct session *session, uint64_t number)
{
	struct monitor_entry *entry;

	LIST_EACH (entry, &session_extras(session)->monitored, in_session)
		if (entry->number >= number)
			return entry;
	return NULL;
}

void monitors_fold(struct world *world)
{
	struct monitor_entry *entry;

	ORDERED_EACH (entry, &world->monitors.all)
		leave_target(world, entry);
	ORDERED_EACH (entry, &world->monitors.all) {
		const struct monitor_entry *same = monitor_find(world, entry->session, entry->nick);

		enter_target(world, entry);
		if (same)
			monitor_remove(world, entry);
	}
}

bool monitor_has_watchers(const struct world *world, const char *nick)
{
	return find_monitor_target(world, nick) != NULL;
}

void monitor_each_watcher(const struct world *world, const char *nick,
	void (*visit)(void *data, struct session *session), void *data)
{
	const struct monitor_target *target = find_monitor_target(world, nick);
	const struct monitor_entry *entry;

	if (!target)
		return;
	LIST_EACH (entry, &target->entries, in_target)
		visit(data, entry->session);
}

void monitor_save(struct buffer *out, uint16_t id, const struct monitor_entry *entry)
{
	size_t record = pack_begin(out, id);

	pack_u64(out, SNAPSHOT_MONITOR_NUMBER, entry->number);
	pack_u64(out, SNAPSHOT_MONITOR_SESSION, entry->session->id);
	pack_text(out, SNAPSHOT_MONITOR_NICK, entry->nick);
	pack_end(out, record);
}

void monitor_load(struct world *world, struct pack record)
{
	CLEANUP(mem_freep) char *nick = NULL;
	struct session *session = NULL;
	struct pack_field field;
	uint64_t number = 0;

	while (pack_next(&record, &field)) {
		if (field.id == SNAPSHOT_MONITOR_NUMBER)
			number = pack_field_u64(&field);
		else if (field.id == SNAPSHOT_MONITOR_SESSION)
			session = session_find(world, pack_field_u64(&field));
		else if (field.id == SNAPSHOT_MONITOR_NICK && !nick)
			nick = pack_field_text(&field);
	}
	if (session && session->user && nick && strlen(nick) <= NICK_BYTES &&
		number > ordered_last_number(&world->monitors.all) &&
		!monitor_find(world, session, nick))
		add_entry(world, session, number, nick);
}

static const char *check_entry(const struct world *world, const struct monitor_entry *entry)
{
	if (entry->number > world->next_number)
		return "somebody waits for a nickname with a number that is still to come";
	if (session_find(world, entry->session->id) != entry->session || !entry->session->user)
		return "somebody who is gone waits for a nickname";
	if (monitor_find(world, entry->session, entry->nick) != entry)
		return "somebody waits for a nickname twice, or for another one";
	return NULL;
}

const char *monitors_check(const struct world *world)
{
	const struct monitor_entry *entry;
	const struct session *session;
	size_t n = ordered_count(&world->monitors.all);

	ORDERED_EACH (entry, &world->monitors.all) {
		const char *wrong = check_entry(world, entry);

		if (wrong)
			return wrong;
	}
	LIST_EACH (session, &world->sessions, in_world)
		n -= session_extras(session)->n_monitored;
	return n ? "the nicknames that are waited for are miscounted" : NULL;
}
