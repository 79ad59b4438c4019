/* Gateways, which report the addresses of their clients. IRCv3 webirc. */
#pragma once

#include "world/event.h"
#include "world/outbox.h"
#include "world/session.h"
#include "world/world.h"

/* The gateway's password was checked. */
void webirc_verified(struct world *world, struct outbox *outbox, struct session *session,
	const struct event *event);
