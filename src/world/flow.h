/* Stopping and starting the stream of a session's lines. */
#pragma once

#include "world/outbox.h"
#include "world/session.h"

void flow_pause(struct world *world, struct outbox *outbox, struct session *session,
	enum session_pause why);
void flow_resume(struct world *world, struct outbox *outbox, struct session *session,
	enum session_pause why);

/* A PING has gone out, and its answer is awaited. */
void flow_note_ping(const struct world *world, struct session *session);
/* After SESSION_PAUSE_ASLEEP: it could say nothing until now, so its time to speak begins anew. */
void flow_wake(struct world *world, struct outbox *outbox, struct session *session);

/* The session waits for an answer from outside; its request's number. Lines are held back
 * meanwhile unless it is only its name that is looked up. */
uint64_t flow_wait(struct world *world, struct outbox *outbox, struct session *session,
	enum session_wait wait);
/* The answer has come: what it was waiting for. */
enum session_wait flow_answered(
	struct world *world, struct outbox *outbox, struct session *session);
