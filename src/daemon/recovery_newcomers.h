/* Parked sockets whose EVENT_CONNECTED was not logged: clients that have just connected, and
 * proxies whose header has not arrived. They are admitted after all sockets are found, because new
 * ids count on from the highest. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "daemon/recovery.h"
#include "daemon/turned_away.h"

struct newcomer;

struct recovery_newcomers {
	const struct recovery_needs *needs;
	struct turned_away *away; /* gets those that are not admitted */
	struct newcomer *first;
};

/* Owns the descriptor, whose socket is parked under this id. is_unknown: nothing tells whose it is,
 * so it is turned away, unless it is found again. */
void recovery_newcomers_add(struct recovery_newcomers *newcomers, int fd, uint64_t id,
	const char *listener, bool is_unknown);
/* Afterwards there are none. */
void recovery_newcomers_let_in(struct recovery_newcomers *newcomers);
