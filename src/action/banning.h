/* The effect of bans of the server. */
#pragma once

#include "action/ban_subject.h"
#include "action/cloak.h"
#include "action/command.h"
#include "world/bans.h"
#include "world/event.h"
#include "world/session.h"

struct change;

/* Disconnect all clients that bans with this number or a larger one match: new ones. */
void banning_enforce_since(struct world *world, struct outbox *outbox, uint64_t number);

/* True: a ban refuses the connection, and it has been sent the reason. */
bool banning_refuses_connection(
	struct world *world, struct outbox *outbox, const struct event *event);
/* The session turned out to have another address. True: a ban has closed it. */
bool banning_refuses_address(struct world *world, struct outbox *outbox, struct session *session);
/* The same for a client that wants to become a user, with these cloaks. */
bool banning_refuses_session(struct world *world, struct outbox *outbox, struct session *session,
	const struct cloaks *cloaks);

/* Would a ban refuse the client, as far as it is known yet? Nothing is noted. */
bool banning_may_refuse(const struct world *world, const struct session *session);

/* Store what has changed of bans; if it cannot be stored, operators are told. */
void banning_store(struct world *world, struct outbox *outbox);
void banning_stored(
	struct world *world, struct outbox *outbox, const struct change *change, bool is_stored);
/* Remove expired bans. */
void banning_expire(struct world *world, struct outbox *outbox);
