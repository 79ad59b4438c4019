/* Clients that a recovery cannot keep: each gets the reason, as an ERROR line that arrives, the
 * others see it quit, and the log counts it.
 *
 * There is no third state: a session without a connection ends, and so does a connection without a
 * session. A parked socket without a session belongs to a new client only if the kernel has moved
 * no byte of it. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/log.h"
#include "daemon/clients.h"
#include "daemon/engine.h"
#include "survival/survival.h"

#define LOST_REASON "Lost while the server restarted"

enum turned_away_cause {
	TURNED_AWAY_UNKNOWN,	/* came after what could be restored */
	TURNED_AWAY_CHANGED,	/* what was sent, in either direction, is not what is known */
	TURNED_AWAY_SYSTEM,	/* the kernel refused something */
	TURNED_AWAY_UNREADABLE, /* nobody knows whose socket it is */
	TURNED_AWAY_ALL,	/* nothing could be restored */
	TURNED_AWAY_SESSIONLESS,
	TURNED_AWAY_SOCKETLESS,
	TURNED_AWAY_AGAIN, /* by a process that may have died before it gave the reason */
	TURNED_AWAY_CAUSES
};

struct turned_away_socket {
	uint64_t id; /* under which it is parked; 0: it is not */
	int fd;
	enum turned_away_cause cause;
};

/* But for the first four, all zero: none yet. */
struct turned_away {
	const struct log *log;
	struct engine *engine; /* has the sessions */
	struct clients *clients;
	const struct survival *survival;    /* where the sockets are parked */
	struct turned_away_socket *sockets; /* whose clients still have to be sent the reason */
	size_t n_sockets;
	size_t counts[TURNED_AWAY_CAUSES];
	const char *reason; /* of TURNED_AWAY_ALL */
};

void turned_away_done(struct turned_away *away);

/* A socket from the parking lot; id as there. True: it is ours from now on, and the parking must
 * not end it. False: it is over, or was sent the reason at once. */
bool turned_away_add(struct turned_away *away, int fd, uint64_t id, enum turned_away_cause cause);
/* Send all of them the reason and close them, so that it arrives. After the walk of the parking,
 * when whoever is kept has its slot. */
void turned_away_dismiss(struct turned_away *away);

/* Make sessions and connections agree: each needs the other. After everybody was let in. */
void turned_away_odd_ones(struct turned_away *away);
/* One entry for each cause, with the number of clients. */
void turned_away_log(const struct turned_away *away);
