/* What is done with clients that DNS blocklists list. */
#pragma once

#include "world/event.h"
#include "world/outbox.h"
#include "world/session.h"
#include "world/world.h"

/* Its address is known: ask the lists, unless they are not asked about it. */
void blocklisting_begin(struct world *world, struct outbox *outbox, struct session *session);
/* They have answered, or will not. */
void blocklisting_answered(struct world *world, struct session *session, const struct event *event);

/* The client wants to become a user. True: it was refused because it is listed. */
bool blocklisting_refuses(struct world *world, struct outbox *outbox, struct session *session);
/* It wants to register an account before that. The lists because of which it may not; NULL: it may.
 */
const char *blocklisting_find_obstacle(const struct world *world, const struct session *session);
/* It was not refused: operators are told if it is listed. */
void blocklisting_note_arrival(
	struct world *world, struct outbox *outbox, const struct session *session);
