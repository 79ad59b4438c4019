/* The event that kills one process after the other: found, kept in a file, left out.
 *
 * Settings that kill are such events too. Files that crash the server twice while it reads them are
 * not read again (daemon/reload.h): the old settings stay, systemd's status and the journal say so,
 * and the next reload or restart tries again. */
#pragma once

#include <stdbool.h>

#include "base/log.h"
#include "survival/event_log.h"
#include "world/event.h"

/* Before the log is gone through. False: that can be done only up to *ret_end, where there is an
 * event that kills us and had come to something before. */
bool poison_look(struct event_log *events, const struct log *log, struct event_log_cursor *ret_end);

/* An event, skipped or not; its settings are the caller's. False: it makes no sense. */
bool poison_load_event(const struct event_log_record *record, struct event *ret_event);
