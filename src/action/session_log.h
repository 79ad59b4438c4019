/* Log entries about one session. */
#pragma once

#include "world/outbox.h"
#include "world/session.h"

/* SESSION, NICK if it has one, ADDRESS and LISTENER come first, then the given fields. */
void log_session_fields(struct outbox *outbox, enum logbook entry, const struct session *session,
	const char *const *fields);
#define log_session(outbox, entry, session, ...)                                                   \
	log_session_fields((outbox), (entry), (session), (const char *const[]){ __VA_ARGS__, NULL })
