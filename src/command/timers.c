/* Owns the actions of timers. */
#include "command/timers.h"

#include <stdio.h>

#include "action/banning.h"
#include "action/closing.h"
#include "action/expiring.h"
#include "action/label.h"
#include "action/locking.h"
#include "action/marking.h"
#include "action/nick_release.h"
#include "action/notifying.h"
#include "action/reply.h"
#include "action/views.h"
#include "command/batch.h"
#include "command/logins.h"
#include "command/tban.h"
#include "world/flow.h"
#include "world/login.h"
#include "world/pushes.h"
#include "world/session.h"
#include "world/user.h"

static void check_ping(struct world *world, struct outbox *outbox, struct session *session)
{
	const struct class_settings *class = session_class(world, session);
	char reason[64];

	if (!session->pinged_ms) {
		if (world->now_ms < session->active_ms + class->ping_ms)
			return;
		flow_note_ping(world, session);
		tell_session(world, outbox, session, "PING :%s", world->settings->server_name);
	} else if (world->now_ms >= session->pinged_ms + class->ping_timeout_ms) {
		snprintf(reason, sizeof(reason), "Ping timeout: %llu seconds",
			(unsigned long long) (world->now_ms - session->active_ms) / 1000);
		close_session(world, outbox, session, reason);
	}
}

static void check_life(struct world *world, struct outbox *outbox, struct session *session)
{
	if (session->user)
		check_ping(world, outbox, session);
	else if (world->now_ms >= session->connected_ms + world->settings->registration_ms)
		close_session(world, outbox, session, "Registration timed out");
}

/* The time has come to say that a login was refused. */
static void refuse_login(struct world *world, struct outbox *outbox, struct session *session)
{
	struct call call = {
		.world = world, .outbox = outbox, .session = session, .user = session->user
	};
	size_t first_effect = outbox->count;

	flow_answered(world, outbox, session);
	logins_refuse(&call);
	label_answer(&call, first_effect);
}

static void release_nick(struct world *world, struct outbox *outbox, struct session *session)
{
	if (session->user && user_extras(session->user)->guest_ms &&
		world->now_ms >= user_extras(session->user)->guest_ms)
		nick_release_due(world, outbox, session->user);
}

/* Several may be due, and each may end the session: nothing may happen to it after that. */
static void check_due_session(struct world *world, struct outbox *outbox, struct session *session)
{
	if (session->pauses & SESSION_PAUSE_FLOOD && session_can_spend(world, session))
		flow_resume(world, outbox, session, SESSION_PAUSE_FLOOD);
	if (!(session->pauses & SESSION_PAUSE_ASLEEP))
		check_life(world, outbox, session);
	if (session->is_closing)
		return;
	batch_expire(world, outbox, session);
	if (session->wait == SESSION_WAIT_REFUSAL && world->now_ms >= login_of(session)->refused_ms)
		refuse_login(world, outbox, session);
	if (!session->is_closing)
		release_nick(world, outbox, session);
	session_set_timer(world, session); /* not of one that has ended */
}

void run_timers(struct world *world, struct outbox *outbox)
{
	struct heap_node *node;

	if (world_next_deadline(world) > world->now_ms)
		return;
	while ((node = heap_first(&world->timers)) && node->deadline_ms <= world->now_ms)
		check_due_session(world, outbox, CONTAINER_OF(node, struct session, timer));
	expire_masks(world, outbox);
	banning_expire(world, outbox);
	locking_tick(world, outbox);
	views_step(world, outbox);
	notify_due(world, outbox);
	expiring_tick(world, outbox);
	marks_tick(world, outbox);
	pushes_announce(world, outbox);
}
