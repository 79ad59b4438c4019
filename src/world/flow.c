/* Owns pausing and waiting. */
#include "world/flow.h"

#include "world/world.h"

void flow_pause(
	struct world *world, struct outbox *outbox, struct session *session, enum session_pause why)
{
	if (session->is_closing)
		return;
	if (!session->pauses)
		outbox_add(outbox, EFFECT_PAUSE, session->id);
	session->pauses |= (uint8_t) why;
	session_set_timer(world, session);
}

void flow_resume(
	struct world *world, struct outbox *outbox, struct session *session, enum session_pause why)
{
	if (session->is_closing || !(session->pauses & why))
		return;
	session->pauses &= (uint8_t) ~why;
	if (!session->pauses)
		outbox_add(outbox, EFFECT_RESUME, session->id);
	session_set_timer(world, session);
}

void flow_note_ping(const struct world *world, struct session *session)
{
	session->pinged_ms = world->now_ms;
}

void flow_wake(struct world *world, struct outbox *outbox, struct session *session)
{
	session->pinged_ms = 0;
	if (!session->user)
		session->connected_ms = world->now_ms;
	flow_resume(world, outbox, session, SESSION_PAUSE_ASLEEP);
}

uint64_t flow_wait(
	struct world *world, struct outbox *outbox, struct session *session, enum session_wait wait)
{
	session->wait = (uint8_t) wait;
	session->request = ++world->next_request;
	flow_pause(world, outbox, session, SESSION_PAUSE_ANSWER);
	return session->request;
}

enum session_wait flow_answered(struct world *world, struct outbox *outbox, struct session *session)
{
	enum session_wait wait = (enum session_wait) session->wait;

	session->wait = SESSION_WAIT_NONE;
	session->request = 0;
	/* The next part of a long answer was held back meanwhile, see long_answer_end_part(). */
	if (session->answer && !session->is_closing)
		outbox_add(outbox, EFFECT_NOTIFY, session->id);
	flow_resume(world, outbox, session, SESSION_PAUSE_ANSWER);
	return wait;
}
