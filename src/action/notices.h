/* Telling operators of the server what happens, if they asked for that kind (user mode s). */
#pragma once

#include "world/event.h"
#include "world/notices.h"
#include "world/outbox.h"
#include "world/session.h"
#include "world/world.h"

/* Whether anybody did. */
bool notice_is_wanted(const struct world *world, enum notice_kind kind);
void notice_operators(struct world *world, struct outbox *outbox, enum notice_kind kind,
	const char *format, ...) __attribute__((format(printf, 4, 5)));

/* To one session alone, whatever its user wants to hear, if it is there. */
void notice_session_of_id(
	struct world *world, struct outbox *outbox, uint64_t id, const char *text);

/* What one session asked for did not work out: to it, and to those who hear of the server. The
 * reason is the event's text. */
void notice_failure(struct world *world, struct outbox *outbox, const struct event *event,
	const char *what_failed);

/* "ana (~ana@host.example) [192.0.2.1]", the caller's to free. */
char *notice_who(const struct session *session);
