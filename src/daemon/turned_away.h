/* Clients that a recovery cannot keep: each is sent the reason as an ERROR line, others see it
 * quit, and the log counts it.
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
	TURNED_AWAY_UNKNOWN,	/* connected after the restored state */
	TURNED_AWAY_CHANGED,	/* the kernel's byte counts do not match the restored state */
	TURNED_AWAY_SYSTEM,	/* the kernel refused something */
	TURNED_AWAY_UNREADABLE, /* the note of its socket is unreadable */
	TURNED_AWAY_ALL,	/* nothing could be restored */
	TURNED_AWAY_SESSIONLESS,
	TURNED_AWAY_SOCKETLESS,
	TURNED_AWAY_AGAIN, /* by a process that may have crashed before it sent the reason */
	TURNED_AWAY_CAUSES
};

struct turned_away_socket {
	uint64_t id; /* of the parked socket; 0: not parked */
	int fd;
	enum turned_away_cause cause;
};

/* All zero except the first four fields: none yet. */
struct turned_away {
	const struct log *log;
	struct engine *engine; /* its world contains the sessions */
	struct clients *clients;
	const struct survival *survival;    /* where the sockets are parked */
	struct turned_away_socket *sockets; /* their clients must still be sent the reason */
	size_t n_sockets;
	size_t counts[TURNED_AWAY_CAUSES];
	const char *reason; /* for TURNED_AWAY_ALL */
};

void turned_away_done(struct turned_away *away);

/* Add a socket from the parking lot, with its id there. True: turned_away owns it now, and the
 * parking must not close it. False: the client is gone, or was sent the reason at once. */
bool turned_away_add(struct turned_away *away, int fd, uint64_t id, enum turned_away_cause cause);
/* Send all of them the reason and close them so that it arrives. Call after the walk of the
 * parking, when all clients that stay have their slots. */
void turned_away_dismiss(struct turned_away *away);

/* End sessions without a connection, and connections without a session. Call after newcomers were
 * admitted. */
void turned_away_odd_ones(struct turned_away *away);
/* Log one entry for each cause, with the number of clients. */
void turned_away_log(const struct turned_away *away);
