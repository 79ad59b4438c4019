/* Telling operators of the server what happens, if they asked for that kind (user mode s). */
#pragma once

#include "world/notices.h"
#include "world/outbox.h"
#include "world/session.h"
#include "world/world.h"

void notify(struct world *world, struct outbox *outbox, enum notice_kind kind, const char *format,
	...) __attribute__((format(printf, 4, 5)));

/* To one session alone, whatever its user wants to hear, if it is there. */
void notify_session(struct world *world, struct outbox *outbox, uint64_t id, const char *text);

/* "ana (~ana@host.example) [192.0.2.1]", the caller's to free. */
char *notify_who(const struct session *session);
