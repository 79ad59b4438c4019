/* Owns the root: its creation, clocks, settings, and the sweep. */
#include "world/world.h"

#include <stdlib.h>

#include "base/cleanup.h"
#include "base/hash.h"
#include "base/mem.h"
#include "world/changes.h"
#include "world/channel.h"
#include "world/founders.h"
#include "world/mails.h"
#include "world/naming.h"
#include "world/registered_channels.h"
#include "world/renaming.h"
#include "world/session.h"
#include "world/user.h"

static const char *user_key(const void *item)
{
	return ((const struct user *) item)->folded;
}

static const char *skeleton_key(const void *item)
{
	return ((const struct user *) item)->skeleton;
}

static const char *channel_key(const void *item)
{
	return ((const struct channel *) item)->folded;
}

static const char *renaming_key(const void *item)
{
	return ((const struct renaming *) item)->folded;
}

struct world *world_new(void)
{
	struct world *world = mem_new(sizeof(*world));

	list_init(&world->sessions);
	list_init(&world->dying_sessions);
	list_init(&world->dying_users);
	list_init(&world->dying_channels);
	for (size_t i = 0; i < WORLD_USER_LISTS; i++)
		list_init(&world->users_by_account[i]);
	map_init(&world->users_by_nick, user_key, 0, 0);
	map_init(&world->users_by_skeleton, skeleton_key, 0, 0);
	map_init(&world->channels_by_name, channel_key, 0, 0);
	map_init(&world->renamings, renaming_key, 0, 0);
	census_init(&world->census, 0, 0);
	whowas_init(&world->whowas);
	bans_init(&world->bans);
	moderation_init(&world->moderation);
	monitors_init(&world->monitors, 0, 0);
	known_addresses_init(&world->known_addresses, 0, 0);
	notification_sources_init(&world->notification_sources);
	accounts_init(&world->accounts, 0, 0);
	founders_init(&world->founders, 0, 0);
	tallies_init(&world->tallies, 0, 0);
	used_codes_init(&world->used_codes, 0, 0);
	registration_tokens_init(&world->registration_tokens);
	audit_init(&world->audit);
	list_init(&world->changes);
	list_init(&world->mails);
	pushes_init(&world->pushes);
	list_init(&world->touched_channels);
	return world;
}

static void free_sessions(struct list *list)
{
	while (!list_is_empty(list))
		session_free(LIST_FIRST(list, struct session, in_world));
}

static void free_channels(struct world *world)
{
	struct channel *channel;

	ORDERED_EACH (channel, &world->channels) {
		renamings_forget_of_channel(world, channel);
		channel_free(channel);
	}
	ordered_done(&world->channels);
}

static void free_users(struct world *world)
{
	struct user *user;

	ORDERED_EACH (user, &world->users)
		user_free(user);
	ordered_done(&world->users);
}

static void free_changes(struct world *world)
{
	while (!list_is_empty(&world->changes))
		change_free(LIST_FIRST(&world->changes, struct change, in_world));
}

void world_sweep(struct world *world)
{
	free_sessions(&world->dying_sessions);
	while (!list_is_empty(&world->dying_users))
		user_free(LIST_FIRST(&world->dying_users, struct user, in_dying));
	channels_sweep(world);
}

void world_free(struct world *world)
{
	struct session *session;

	if (!world)
		return;
	world_sweep(world);
	LIST_EACH (session, &world->sessions, in_world) {
		census_remove_address(&world->census, &session->address);
		monitors_clear(world, session);
	}
	free_sessions(&world->sessions);
	free_channels(world);
	free_users(world);
	buffer_done(&world->ended_lives);
	buffer_done(&world->certificate_facts);
	map_done(&world->users_by_nick);
	map_done(&world->users_by_skeleton);
	map_done(&world->channels_by_name);
	map_done(&world->renamings);
	census_done(&world->census);
	whowas_done(&world->whowas);
	bans_done(&world->bans);
	filters_done(&world->filters);
	moderation_done(&world->moderation);
	complaints_done(&world->complaints);
	known_addresses_done(&world->known_addresses);
	listed_addresses_done(&world->listed_addresses);
	lockdown_done(&world->lockdown);
	monitors_done(&world->monitors);
	usage_done(&world->usage);
	notification_sources_done(&world->notification_sources);
	accounts_done(&world->accounts);
	registered_channels_done(world);
	map_done(&world->founders);
	tallies_done(&world->tallies);
	used_codes_done(&world->used_codes);
	registration_tokens_done(&world->registration_tokens);
	audit_done(&world->audit);
	free_changes(world);
	mails_done(world);
	pushes_done(&world->pushes);
	free(world->vapid);
	heap_done(&world->timers);
	heap_done(&world->channel_timers);
	heap_done(&world->sight_steps);
	settings_unref(world->settings);
	interned_done(&world->listener_names);
	free(world->isupport);
	free(world->slots);
	free(world->watchers);
	free(world);
}

void world_set_time(struct world *world, uint64_t now_ms, uint64_t wall_ms, uint64_t seed)
{
	if (now_ms > world->now_ms)
		world->now_ms = now_ms;
	if (wall_ms > world->wall_ms)
		world->wall_ms = wall_ms;
	world->dice = seed;
}

/* Clients choose the keys, so each run hashes them differently. */
void world_seed_maps(struct world *world, uint64_t low, uint64_t high)
{
	world->map_seed[0] = low;
	world->map_seed[1] = high;
	map_init(&world->users_by_nick, user_key, low, high);
	map_init(&world->users_by_skeleton, skeleton_key, low, high);
	map_init(&world->channels_by_name, channel_key, low, high);
	map_init(&world->renamings, renaming_key, low, high);
	census_init(&world->census, low, high);
	known_addresses_init(&world->known_addresses, low, high);
	monitors_init(&world->monitors, low, high);
	accounts_init(&world->accounts, low, high);
	founders_init(&world->founders, low, high);
	tallies_init(&world->tallies, low, high);
	used_codes_init(&world->used_codes, low, high);
}

void world_set_settings(struct world *world, struct settings *settings)
{
	struct settings *old = world->settings;
	struct session *session;

	if (!old) {
		uint64_t low = hash_random(&world->dice);

		world_seed_maps(world, low, hash_random(&world->dice));
		world->birth = hash_random(&world->dice);
		world->started_wall_ms = world->wall_ms;
		world->casemap = naming_wanted(settings);
	}
	world->settings = settings_ref(settings);
	bans_set_exemptions(&world->bans, settings);
	world_forget_isupport(world);
	census_reset_classes(&world->census, settings->n_classes);
	notification_sources_keep(world, settings);
	LIST_EACH (session, &world->sessions, in_world) {
		session_classify(world, session);
		session_set_timer(world, session);
	}
	settings_unref(old);
}

void world_set_storage(struct world *world, enum storage_state storage)
{
	world->storage = (uint8_t) storage;
	world_forget_isupport(world);
}

bool world_has_certificate_news(const struct world *world, const struct event *event)
{
	const struct buffer *facts = &world->certificate_facts;
	bool are_new = event->text_length &&
		       (event->text_length != facts->length ||
			       memcmp(event->text, facts->bytes, facts->length) != 0);

	return are_new || world->certificates != event->certificates;
}

void world_take_certificates(struct world *world, const struct event *event)
{
	world->certificates = event->certificates;
	if (event->text_length) {
		buffer_clear(&world->certificate_facts);
		buffer_put(&world->certificate_facts, event->text, event->text_length);
	}
	world_forget_isupport(world);
}

void world_set_vapid(struct world *world, const char *key)
{
	mem_set_text(&world->vapid, key);
	world_forget_isupport(world);
}

void world_keep_isupport(struct world *world, char *lines)
{
	free(world->isupport);
	world->isupport = lines;
}

void world_forget_isupport(struct world *world)
{
	world_keep_isupport(world, NULL);
}

void world_set_sweep(struct world *world, uint64_t sweep_ms)
{
	world->sweep_ms = sweep_ms;
}

void world_note_users_restored(struct world *world)
{
	world->are_users_restored = true;
}

void world_set_marks_time(struct world *world, uint64_t marks_ms)
{
	world->marks_ms = marks_ms;
}

uint64_t world_next_deadline(const struct world *world)
{
	const struct heap *heaps[] = { &world->timers, &world->channel_timers, &world->sight_steps,
		&world->bans.expiries, &world->notification_sources.timers };
	uint64_t deadline_ms = world->sweep_ms ? world->sweep_ms : UINT64_MAX;
	uint64_t push_ms = pushes_next_deadline(&world->pushes);

	if (push_ms < deadline_ms)
		deadline_ms = push_ms;

	if (world->lockdown.until_ms && world->lockdown.until_ms < deadline_ms)
		deadline_ms = world->lockdown.until_ms;
	if (world->marks_ms && world->marks_ms < deadline_ms)
		deadline_ms = world->marks_ms;
	for (size_t i = 0; i < ARRAY_LENGTH(heaps); i++) {
		const struct heap_node *first = heap_first(heaps[i]);

		if (first && first->deadline_ms < deadline_ms)
			deadline_ms = first->deadline_ms;
	}
	return deadline_ms;
}

size_t world_count_users(const struct world *world)
{
	return world->n_users;
}

size_t world_count_channels(const struct world *world)
{
	return world->n_channels;
}
