/* What bans of the server do. */
#pragma once

#include "action/cloak.h"
#include "action/command.h"
#include "world/bans.h"
#include "world/event.h"
#include "world/session.h"

/* What is known of a client, for as long as neither it nor its user changes. */
struct ban_subject banning_subject(const struct session *session);

/* A new ban: whoever it fits is disconnected. */
void banning_enforce(struct world *world, struct outbox *outbox, const struct ban *ban);

/* True: the connection is not let in, and has been told so. */
bool banning_refuses_connection(
	struct world *world, struct outbox *outbox, const struct event *event);
/* The session comes from another address than was known. True: a ban has closed it. */
bool banning_refuses_address(struct world *world, struct outbox *outbox, struct session *session);
/* The same for a client that wants to become a user, with these cloaks. */
bool banning_refuses_session(struct world *world, struct outbox *outbox, struct session *session,
	const struct cloaks *cloaks);

/* Why nobody may have that nickname, or enter that channel; NULL: the caller may. */
const char *banning_refuses_name(const struct call *call, enum ban_kind kind, const char *name);

/* Bans whose time is over. */
void banning_expire(struct world *world, struct outbox *outbox);
