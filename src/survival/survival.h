/* What outlives the process, so that clients stay connected and nothing is lost.
 *
 * How a restart works. While papod serves, three things lie where its death cannot reach them, each
 * in descriptors that somebody else has too, the keeper (survival/keeper.h):
 *
 *   - copies of the clients' sockets, in the parking lots (survival/parking.h);
 *   - the event log (survival/event_log.h): a snapshot of everything papod knows, and every event
 *     since, in memory files;
 *   - memories (survival/memories.h): input whose lines are not complete yet, and byte counts of
 *     Unix sockets, whose kernel counts none.
 *
 * The next process loads the snapshot, replays the events, takes the sockets out of the lots and
 * asks the kernel how far each connection has come: how much of the output it took and how much of
 * the input it gave away. The log generates the output again, and what is out already is dropped.
 * So there is no record of its own for each connection (daemon/recovery.c, net/resume.h).
 *
 * What survives what:
 *
 *   systemctl restart, an upgrade   All clients. The process saves a snapshot before it ends, so
 *                                   that there is nothing to replay.
 *   kill -9, a crash, out of memory All clients, to the byte. A death is not told from a restart
 *                                   but by what is left behind. Only a client that was accepted in
 *                                   that very moment, and has not got a word yet, connects again.
 *   SIGUSR2 without systemd         All clients: papod is its own service manager for a moment
 *                                   (daemon/handover.c). Without a keeper there are no log and lots
 *                                   until then, so a crash loses everybody.
 *   systemctl stop                  Nobody: what was kept is dropped.
 *   A reboot                        Nobody: all of it lies in memory, not on a disk. It is to
 *                                   survive papod, not the machine.
 *   Another release                 All clients, one release up or down (HACKING.md).
 *
 * A cause of death that comes back is left out after some deaths at the same point
 * (daemon/trials.h): an event that kills is poison, and files that kill are left unread. A client
 * that cannot be kept gets the reason (daemon/turned_away.h); one for which the new process has no
 * descriptor sleeps in the lots (daemon/sleepers.h).
 *
 * The log must not grow indefinitely, so that a replay stays short: a child writes a snapshot now
 * and then while the server goes on (survival/saver.h). What cannot be kept at the start, or not
 * any more, is logged once, tried again later and later, and logged again when it works. */
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
	struct saver_needs saver; /* also for what is not about snapshots */
	size_t memory_bytes[MEMORY_KINDS];
	/* All with the data of the saver's needs: */
	bool (*has_connections)(void *data);
	/* A log begins while clients are here: they are to be given to survival_park(). */
	void (*begin_log)(void *data);
	void (*use)(void *data, const struct memories *memories); /* they are there, or new */
};

struct survival *survival_new(const struct survival_needs *needs); /* nothing is kept yet */
void survival_free(struct survival *survival);			   /* NULL is fine */

/* False: the last process left nothing. *ret_reason: NULL, or why it cannot be used (static
 * text). */
bool survival_take(
	struct survival *survival, struct descriptors *inherited, const char **ret_reason);
void survival_start(struct survival *survival); /* with nothing from before */
/* Nobody shall go on from here: nothing is kept any more. */
void survival_end(const struct survival *survival);
void survival_forget(struct survival *survival); /* log and lots, as far as they are ours */

/* NULL: nobody keeps it. */
struct event_log *survival_event_log(const struct survival *survival);
struct parking *survival_parking(const struct survival *survival);
bool survival_has_lost_byte_counts(const struct survival *survival);

/* See parking_walk(). Meanwhile survival_park() and survival_unpark() do nothing: what the walk
 * gives away it counts itself. */
int survival_walk(struct survival *survival, const struct parking_visitor *visitor);
/* 0, or a negative errno: it is not parked yet, see parking_add(). */
int survival_park(struct survival *survival, int fd, uint64_t id, const char *listener);
void survival_unpark(const struct survival *survival, uint64_t id);

/* False: what follows would do nothing. */
bool survival_has_log(const struct survival *survival);
void survival_log_event(struct survival *survival, const struct buffer *bytes); /* before it */
void survival_log_done(struct survival *survival, uint64_t fingerprint, size_t n_effects);
void survival_log_note(
	struct survival *survival, enum event_log_kind kind, struct event_log_note note);

void survival_tick(struct survival *survival); /* the end of a turn */
uint64_t survival_next_deadline(const struct survival *survival);
int survival_save_now(struct survival *survival); /* see saver_save_now() */
/* For the status: what goes wrong, behind "; ". */
void survival_describe(const struct survival *survival, struct buffer *out);

/* All that the next program needs is in descriptors, except for the snapshot. NULL, or why not
 * (static text); survival_settle() follows if the program is not started. */
const char *survival_prepare(struct survival *survival);
void survival_list(const struct survival *survival, struct descriptors *list); /* those */
/* We go on, or have gone on: only a service manager keeps anything further. */
void survival_settle(struct survival *survival);
