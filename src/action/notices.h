/* Notices to operators of the server who selected that kind (user mode s). */
#pragma once

#include "world/event.h"
#include "world/notices.h"
#include "world/outbox.h"
#include "world/session.h"
#include "world/world.h"

/* Does any operator want this kind? */
bool notice_is_wanted(const struct world *world, enum notice_kind kind);
void notice_operators(struct world *world, struct outbox *outbox, enum notice_kind kind,
	const char *format, ...) __attribute__((format(printf, 4, 5)));

/* Notify one session, whatever kinds its user selected. Does nothing if the session is gone. */
void notice_session_of_id(
	struct world *world, struct outbox *outbox, uint64_t id, const char *text);

/* A request of a session failed: notify it and the operators who want notices about the server. The
 * reason is the event's text. */
void notice_failure(struct world *world, struct outbox *outbox, const struct event *event,
	const char *what_failed);

/* "ana (~ana@host.example) [192.0.2.1]", the caller's to free. */
char *notice_who(const struct session *session);
