/* Somebody at the control socket who uses a command of operators: a client and a user for the time
 * of one event, in no list of the world. Others cannot see or find them, and they may do
 * everything. What the command answers is sent to the session, and the caller takes it from the
 * outbox. */
#pragma once

#include "world/session.h"

struct outbox;

/* Of no session that a client ever has. */
#define ADMINISTRATOR_SESSION UINT64_MAX

/* The name is what operators and the log are told. The session has a user. */
struct session *administrator_new(struct world *world, const char *name);
void administrator_free(struct world *world, struct session *session);

/* Is it one? NULL is allowed. */
static inline bool session_is_administrator(const struct session *session)
{
	return session && session->id == ADMINISTRATOR_SESSION;
}

/* Take the effects for it, from that one on, out of the outbox: append its lines, with their ends.
 */
void administrator_take_lines(struct outbox *outbox, size_t first_effect, struct buffer *lines);
