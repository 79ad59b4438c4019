/* Owns the crash of a scenario's server, and what it leaves behind. */
#include "crash.h"

#include "base/pack.h"
#include "command/dispatch.h"
#include "world/session.h"

void crash_done(struct crash *crash)
{
	buffer_done(&crash->snapshot);
	buffer_done(&crash->events);
}

void crash_note(struct crash *crash, const struct event *event, const struct outbox *outbox)
{
	event_save(&crash->events, event);
	if (outbox->secret.length)
		crash->secrets[crash->n_secrets++] = (struct crash_secret){
			.session = event->session,
			.at = crash->events.length - event->text_length + outbox->secret.at,
			.length = outbox->secret.length,
		};
	crash->fingerprints[crash->n_events++] = outbox_fingerprint(outbox);
}

static bool is_held(const struct world *world, const struct crash_secret *secret)
{
	const struct session *session = session_find(world, secret->session);

	return session && session_holds_secret(session);
}

/* No further replay needs a secret that was checked. */
static void mask_secrets(struct crash *crash, const struct world *world)
{
	for (size_t i = crash->n_secrets; i-- > 0;) {
		if (is_held(world, &crash->secrets[i]))
			continue;
		message_mask(crash->events.bytes + crash->secrets[i].at, crash->secrets[i].length);
		crash->secrets[i] = crash->secrets[--crash->n_secrets];
	}
}

static const char *replay_event(
	struct world *world, const struct pack_field *field, uint64_t fingerprint)
{
	struct outbox outbox = { 0 };
	struct event event;
	const char *reason = NULL;

	if (!event_load(field, &event))
		return "a logged event does not load";
	dispatch(world, &event, &outbox);
	if (outbox_fingerprint(&outbox) != fingerprint)
		reason = "the same event had another outcome";
	event_done(&event);
	outbox_done(&outbox);
	return reason;
}

static const char *replay(const struct crash *crash, struct world *world)
{
	struct pack pack = pack_over(crash->events.bytes, crash->events.length);
	const char *reason = NULL;
	struct pack_field field;

	for (size_t i = 0; !reason && i < crash->n_events; i++)
		reason = pack_next(&pack, &field)
				 ? replay_event(world, &field, crash->fingerprints[i])
				 : "the log is cut short";
	return reason;
}

void crash_take_snapshot(struct crash *crash, const struct world *world)
{
	buffer_clear(&crash->snapshot);
	world_save(world, &crash->snapshot);
	buffer_clear(&crash->events);
	crash->n_events = crash->n_secrets = 0;
}

struct world *crash_go_on(struct crash *crash, const char **ret_reason)
{
	struct world *world;

	if (crash->snapshot.length)
		world = world_load(crash->snapshot.bytes, crash->snapshot.length, ret_reason);
	else
		world = world_new();
	if (!world)
		return NULL;
	*ret_reason = replay(crash, world);
	if (*ret_reason) {
		world_free(world);
		return NULL;
	}
	mask_secrets(crash, world);
	if (crash->n_events >= CRASH_EVENTS)
		crash_take_snapshot(crash, world);
	return world;
}
