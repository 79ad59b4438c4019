/* Owns the list of secrets that are in the event log or in a snapshot. */
#include "daemon/secret_places.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "proto/message.h"
#include "world/session.h"

struct secret_place {
	uint64_t address; /* in the log */
	size_t length;
};

struct secret_holder {
	uint64_t session;
	uint64_t n_snapshots; /* number of snapshots before the secret */
	struct secret_place *places;
	size_t n_places;
};

static void free_holder(struct secret_places *places, size_t slot)
{
	struct secret_holder *holder = places->slots[slot];

	if (!holder)
		return;
	free(holder->places);
	free(holder);
	places->slots[slot] = NULL;
	places->count--;
}

void secret_places_done(struct secret_places *places)
{
	for (size_t i = 0; i < places->n_slots; i++)
		free_holder(places, i);
	free(places->slots);
	*places = (struct secret_places){ 0 };
}

static void make_room(struct secret_places *places, size_t slot)
{
	size_t n_slots = slot + 1 + slot / 2;

	if (slot < places->n_slots)
		return;
	places->slots = mem_resize(places->slots, n_slots, sizeof(*places->slots));
	memset(places->slots + places->n_slots, 0,
		(n_slots - places->n_slots) * sizeof(*places->slots));
	places->n_slots = n_slots;
}

/* A holder with another session in the slot is outdated. */
static struct secret_holder *get_holder(
	struct secret_places *places, uint64_t session, uint64_t n_snapshots)
{
	size_t slot = (uint32_t) session;

	make_room(places, slot);
	if (places->slots[slot] && places->slots[slot]->session == session)
		return places->slots[slot];
	free_holder(places, slot);
	places->slots[slot] = mem_new(sizeof(struct secret_holder));
	places->slots[slot]->session = session;
	places->slots[slot]->n_snapshots = n_snapshots;
	places->count++;
	return places->slots[slot];
}

void secret_places_note(struct secret_places *places, struct event_log *log,
	const struct event_log_record *record, const struct event *event,
	const struct outbox *outbox)
{
	struct secret_holder *holder = get_holder(places, event->session, event_log_snapshots(log));

	if (!record)
		return;
	holder->places = mem_resize(holder->places, holder->n_places + 1, sizeof(*holder->places));
	holder->places[holder->n_places++] = (struct secret_place){
		.address = event_log_address(log, record) + record->length - event->text_length +
			   outbox->secret.at,
		.length = outbox->secret.length,
	};
}

static void overwrite_places(struct event_log *log, const struct secret_holder *holder)
{
	for (size_t i = 0; i < holder->n_places; i++) {
		const struct secret_place *place = &holder->places[i];
		char *bytes = event_log_bytes_at(log, place->address, place->length);

		if (bytes)
			message_mask(bytes, place->length);
	}
}

static bool is_settled(const struct world *world, const struct secret_holder *holder)
{
	const struct session *session = session_find(world, holder->session);

	return !session || !session_holds_secret(session);
}

/* A snapshot that is being written may contain the secret too. */
static void settle_slot(
	struct secret_places *places, struct event_log *log, const struct world *world, size_t slot)
{
	const struct secret_holder *holder = slot < places->n_slots ? places->slots[slot] : NULL;
	uint64_t n_snapshots = event_log_snapshots(log) + event_log_is_switching(log);

	if (!holder || !is_settled(world, holder))
		return;
	overwrite_places(log, holder);
	if (n_snapshots > holder->n_snapshots)
		places->stale = n_snapshots;
	free_holder(places, slot);
}

void secret_places_settle(struct secret_places *places, struct event_log *log,
	const struct world *world, const struct event *event, const struct outbox *outbox)
{
	if (!places->count)
		return;
	settle_slot(places, log, world, (uint32_t) event->session);
	for (size_t i = 0; i < outbox->count; i++)
		if (outbox->effects[i].kind == EFFECT_CLOSE)
			settle_slot(places, log, world, (uint32_t) outbox->effects[i].session);
}

void secret_places_load(struct secret_places *places, const struct world *world)
{
	const struct session *session;

	secret_places_done(places);
	LIST_EACH (session, &world->sessions, in_world)
		if (session_holds_secret(session))
			get_holder(places, session->id, 0);
}

void secret_places_settle_all(
	struct secret_places *places, struct event_log *log, const struct world *world)
{
	for (size_t i = 0; places->count && i < places->n_slots; i++)
		settle_slot(places, log, world, i);
}

bool secret_places_are_stale(const struct secret_places *places, const struct event_log *log)
{
	return places->stale >= event_log_snapshots(log) && !event_log_is_switching(log);
}
