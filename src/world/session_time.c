/* Owns what time does to a session: its flood budget and its deadlines. */
#include "world/login.h"
#include "world/session.h"
#include "world/user.h"
#include "world/world.h"

#define SLOWED_TOLD_EVERY_MS 60000

static uint64_t unit_ms(const struct class_settings *class, uint64_t units)
{
	return units * 1000 / class->flood_rate;
}

bool session_can_spend(const struct world *world, const struct session *session)
{
	const struct class_settings *class = session_class(world, session);

	if (!class->flood_rate)
		return true;
	return bucket_can_take(
		session->flood_ms, world->now_ms, 1, unit_ms(class, class->flood_burst));
}

bool session_spend(const struct world *world, struct session *session, uint32_t cost)
{
	const struct class_settings *class = session_class(world, session);

	if (!class->flood_rate)
		return false;
	session->flood_ms = bucket_take(session->flood_ms, world->now_ms, unit_ms(class, cost));
	return !session_can_spend(world, session);
}

bool session_tell_slowed(const struct world *world, struct session *session)
{
	struct session_extras *extras = session_need_extras(session);
	bool is_time = !extras->slowed_told_ms ||
		       world->now_ms >= extras->slowed_told_ms + SLOWED_TOLD_EVERY_MS;

	if (is_time)
		extras->slowed_told_ms = world->now_ms;
	return is_time;
}

/* The time at which the flood budget allows the next command. */
static uint64_t flood_deadline(const struct world *world, const struct session *session)
{
	const struct class_settings *class = session_class(world, session);
	uint64_t burst_ms = class->flood_rate ? unit_ms(class, class->flood_burst) : 0;

	return session->flood_ms > burst_ms ? session->flood_ms - burst_ms : 0;
}

static uint64_t life_deadline(const struct world *world, const struct session *session)
{
	const struct class_settings *class = session_class(world, session);

	if (session->pauses & SESSION_PAUSE_ASLEEP)
		return UINT64_MAX;
	if (!session->user)
		return session->connected_ms + world->settings->registration_ms;
	if (session->pinged_ms)
		return session->pinged_ms + class->ping_timeout_ms;
	return session->active_ms + class->ping_ms;
}

void session_is_alive(const struct world *world, struct session *session)
{
	session->active_ms = world->now_ms;
	session->pinged_ms = 0;
}

static uint64_t batch_deadline(const struct world *world, const struct session *session)
{
	const struct client_batch *batch = session_extras(session)->batch;

	if (!batch || !batch->target)
		return UINT64_MAX;
	return batch->opened_ms + world->settings->batch_timeout_ms;
}

static uint64_t refusal_deadline(const struct session *session)
{
	return session->wait == SESSION_WAIT_REFUSAL ? login_of(session)->refused_ms : UINT64_MAX;
}

static uint64_t guest_deadline(const struct session *session)
{
	const struct user *user = session->user;

	return user && user->extras && user->extras->guest_ms ? user->extras->guest_ms : UINT64_MAX;
}

void session_set_timer(struct world *world, struct session *session)
{
	uint64_t deadline, guest_ms;

	/* What it does may have closed it, and then it is freed at the end of the event. */
	if (session->is_closing)
		return;
	deadline = life_deadline(world, session);
	guest_ms = guest_deadline(session);
	if (session->pauses & SESSION_PAUSE_FLOOD && flood_deadline(world, session) < deadline)
		deadline = flood_deadline(world, session);
	if (batch_deadline(world, session) < deadline)
		deadline = batch_deadline(world, session);
	if (refusal_deadline(session) < deadline)
		deadline = refusal_deadline(session);
	if (guest_ms < deadline)
		deadline = guest_ms;
	heap_set(&world->timers, &session->timer, deadline);
}
