/* The event that crashes one process after the other: found, stored in a file, skipped.
 *
 * Settings that crash papod are such events too. Files that crash the server twice while it reads
 * them are not read again (daemon/reload.h): the old settings stay, systemd's status and the
 * journal say so, and the next reload or restart tries again. */
#pragma once

#include <stdbool.h>

#include "base/log.h"
#include "survival/event_log.h"
#include "world/event.h"

/* Call before the log is replayed. False: replay it only up to *ret_end, where a fatal event is
 * that was handled before. */
bool poison_look(struct event_log *events, const struct log *log, struct event_log_cursor *ret_end);

/* Load an event, skipped or not; the caller owns its settings. False: malformed. */
bool poison_load_event(const struct event_log_record *record, struct event *ret_event);
