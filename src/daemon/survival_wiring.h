/* Connects survival with the loop, the service manager, the connections and the snapshot, and
 * writes the engine's events to the event log. */
#pragma once

#include "base/log.h"
#include "daemon/secret_places.h"
#include "daemon/snapshot.h"
#include "net/loop.h"
#include "net/proxied.h"
#include "service/notifier.h"
#include "survival/survival.h"
#include "world/outbox.h"

struct survival_wiring {
	const struct log *log;
	struct loop *loop;
	const struct notifier *notifier;
	struct snapshot_parts parts;   /* of each snapshot */
	const struct proxied *proxied; /* parked too */
	bool *has_news;		       /* set when survival_describe() may have changed */
	struct survival *survival;     /* owned */
	struct buffer event_bytes;     /* the current event, saved for the log */
	struct secret_places secrets;  /* in the log, or in a snapshot */
};

/* Create the survival from the fields before it. */
void survival_wiring_connect(struct survival_wiring *wiring);
void survival_wiring_done(struct survival_wiring *wiring);

/* For clients; the data is the wiring. */
int survival_wiring_park(void *data, int fd, uint64_t id, const char *listener);
void survival_wiring_unpark(void *data, uint64_t id);
void survival_wiring_note(void *data, enum event_log_kind kind, struct event_log_note note);

/* For the engine. */
void survival_wiring_log_event(struct survival_wiring *wiring, const struct event *event);
void survival_wiring_log_done(
	struct survival_wiring *wiring, const struct event *event, const struct outbox *outbox);
