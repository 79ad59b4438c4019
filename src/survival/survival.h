/* What outlives the process, so that clients stay connected and nothing is lost.
 *
 * How a restart works. While papod serves, three things are stored so that a crash cannot reach
 * them, each in descriptors that the keeper has too (survival/keeper.h):
 *
 *   - copies of the clients' sockets, in the parking lots (survival/parking.h);
 *   - the event log (survival/event_log.h): a snapshot of everything papod knows, and every event
 *     since, in memory files;
 *   - memories (survival/memories.h): input whose lines are not complete yet, byte counts of Unix
 *     sockets, whose kernel counts none, and the keys of clients with TLS (net/wrapping.h).
 *
 * The next process loads the snapshot, replays the events, takes the sockets out of the lots and
 * asks the kernel how far each connection has come: how much of the output it took and how much of
 * the input it delivered. The replay generates the output again, and papod drops what was sent
 * already. So no state is stored for each connection (daemon/recovery.c, net/resume.h), except for
 * those with TLS or WebSocket.
 *
 * What survives what:
 *
 *   systemctl restart, an upgrade   All clients. The process saves a snapshot before it ends, so
 *                                   that there is nothing to replay.
 *   kill -9, a crash, out of memory All clients, to the byte. Only a client that was being accepted
 *                                   in that moment, and was sent nothing yet, must reconnect.
 *   SIGUSR2 without systemd         All clients: papod is its own service manager for a moment
 *                                   (daemon/handover.c). Without a keeper there are no log and lots
 *                                   until then, so a crash loses all clients.
 *   systemctl stop                  None: what was kept is dropped.
 *   A reboot                        None: everything is in memory, not on a disk. It outlives
 * papod, not the machine. Another release                 All clients, one release up or down
 * (HACKING.md).
 *
 * A crash that repeats at the same point makes the next process skip its cause (daemon/trials.h):
 * an event is skipped as poison, or the files are not read again. A client that cannot be kept gets
 * the reason (daemon/turned_away.h); one for which the new process has no descriptor sleeps in the
 * lots (daemon/sleepers.h).
 *
 * The log must not grow indefinitely, so that a replay stays short: a child writes a snapshot now
 * and then while the server continues (survival/saver.h). A failure to keep something, at the start
 * or later, is logged once, retried at growing intervals, and logged again when it succeeds. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/log.h"
#include "survival/descriptors.h"
#include "survival/event_log.h"
#include "survival/keeper.h"
#include "survival/memories.h"
#include "survival/parking.h"
#include "survival/saver.h"

struct survival;

struct survival_needs {
	struct keeper keeper;
	struct saver_needs saver; /* also for other purposes than snapshots */
	size_t memory_bytes[MEMORY_KINDS];
	/* All are called with saver.data: */
	bool (*has_connections)(void *data);
	/* A log begins while clients are connected: pass each to survival_park_later(). */
	void (*begin_log)(void *data);
	void (*use)(void *data,
		const struct memories *memories); /* the memories exist now, or were replaced */
};

struct survival *survival_new(const struct survival_needs *needs); /* keeps nothing yet */
void survival_free(struct survival *survival);			   /* NULL is allowed */

/* False: the previous process left nothing usable. *ret_reason: NULL, or why it cannot be used
 * (static text). */
bool survival_take(
	struct survival *survival, struct descriptors *inherited, const char **ret_reason);
void survival_start(struct survival *survival); /* with nothing from before */
/* Drop everything that is kept, so that no later process continues from here. */
void survival_end(const struct survival *survival);
void survival_forget(struct survival *survival); /* close this process's log and lots */

/* NULL: nothing is kept. */
struct event_log *survival_event_log(const struct survival *survival);
struct parking *survival_parking(const struct survival *survival);
bool survival_has_lost_byte_counts(const struct survival *survival);

/* See parking_walk(). Meanwhile survival_park() and survival_unpark() do nothing, because the walk
 * counts the sockets itself. */
int survival_walk(struct survival *survival, const struct parking_visitor *visitor);
/* 0, or a negative errno if it is not parked yet, see parking_add(). */
int survival_park(struct survival *survival, int fd, uint64_t id, const char *listener);
/* The same, but many in one message: after begin_log(), or in the turns that follow. A client with
 * a session is in the next snapshot, so its listener need not be named. Failures are logged at the
 * end of the turn if they persist. */
void survival_park_later(
	const struct survival *survival, int fd, uint64_t id, const char *listener);
void survival_unpark(const struct survival *survival, uint64_t id);

/* False: the next functions do nothing. */
bool survival_has_log(const struct survival *survival);
void survival_log_event(
	struct survival *survival, const struct buffer *bytes); /* before dispatching it */
void survival_log_done(struct survival *survival, uint64_t fingerprint, size_t n_effects);
void survival_log_note(
	struct survival *survival, enum event_log_kind kind, struct event_log_note note);

void survival_tick(struct survival *survival); /* the end of a turn */
uint64_t survival_next_deadline(const struct survival *survival);
int survival_save_now(struct survival *survival); /* see saver_save_now() */
/* Append current problems for the status, each after "; ". */
void survival_describe(const struct survival *survival, struct buffer *out);

/* Put all that the next program needs into descriptors, except the snapshot. NULL, or why that
 * failed (static text). Call survival_settle() if the program is not started. */
const char *survival_prepare(struct survival *survival);
void survival_list(
	const struct survival *survival, struct descriptors *list); /* these descriptors */
/* After a failed or a finished handover: drop what only a service manager may keep. */
void survival_settle(struct survival *survival);
