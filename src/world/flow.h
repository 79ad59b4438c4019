/* Pausing and resuming the input of a session. */
#pragma once

#include "world/outbox.h"
#include "world/session.h"

void flow_pause(struct world *world, struct outbox *outbox, struct session *session,
	enum session_pause why);
void flow_resume(struct world *world, struct outbox *outbox, struct session *session,
	enum session_pause why);

/* A PING was sent, and its answer is awaited. */
void flow_note_ping(const struct world *world, struct session *session);
/* After SESSION_PAUSE_ASLEEP: the client could not send until now, so its timeout starts again. */
void flow_wake(struct world *world, struct outbox *outbox, struct session *session);

/* Make the session wait for an answer from outside; returns the number of the request. Its lines
 * are held back meanwhile. */
uint64_t flow_wait(struct world *world, struct outbox *outbox, struct session *session,
	enum session_wait wait);
/* The answer has arrived: returns what the session was waiting for. */
enum session_wait flow_answered(
	struct world *world, struct outbox *outbox, struct session *session);
