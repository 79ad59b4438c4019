/* Another program continues in place of this one, in the same process: without systemd, papod is
 * its own service manager for a moment.
 *
 * It creates the log, lots and snapshot as for any next process, keeps their descriptors and the
 * listeners' open over exec(), and lists their numbers in a memory file; the rest is a normal
 * recovery. LISTEN_FDS is not used: descriptors from 3 on are in use, and exec() may still fail.
 * Until then everything can be undone.
 *
 * Signals stay blocked over the exec(), so that none is lost. The descriptor of the lock on the
 * state directory is passed on too, because closing any descriptor of its file would release the
 * lock.
 *
 * The new program is first tried with --check, because a start in the same process cannot be
 * retried. An invalid configuration refuses a handover, unlike a restart by systemd, because here
 * the administrator waits for the result. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/log.h"
#include "daemon/engine.h"
#include "net/listeners.h"
#include "net/loop.h"
#include "survival/descriptors.h"

struct handover;

struct handover_needs {
	struct loop *loop;
	const struct log *log;
	struct engine *engine;		   /* gets an event for each refusal */
	const struct listeners *listeners; /* which are handed over too */
	const char *program;		   /* the file of the running program; NULL: unknown */
	char *const *words;		   /* the command line, also for the next program */
	bool has_passed_sockets;	   /* from the service manager */
	/* Put everything else except the snapshot into descriptors. NULL, or why that failed
	 * (static text). */
	const char *(*prepare)(void *data);
	int (*save)(void *data); /* the snapshot; 0 or a negative errno */
	void (*list)(void *data, struct descriptors *files); /* these descriptors */
	void (*settle)(void *data); /* after prepare(), if this program continues */
	void *data;
};

/* The path of the running program; the caller frees; NULL: unknown. Not /proc/self/exe, which still
 * is the old file after an upgrade, nor the first argument, which may be anything. */
char *handover_find_program(void);

/* Objects in the needs must outlive the handover. */
struct handover *handover_new(const struct handover_needs *needs);
void handover_free(struct handover *handover); /* NULL is allowed */

/* Request a handover. The session gets the reason of a refusal; 0: a signal. Only the last request
 * counts. */
void handover_ask(struct handover *handover, uint64_t session);
/* Call at the end of a turn: trials begin and end there. */
void handover_tick(struct handover *handover);
uint64_t handover_next_deadline(const struct handover *handover);
bool handover_is_ready(const struct handover *handover); /* the trial succeeded */
/* Start the program; call between turns, once it is ready. Returns only if that fails. */
void handover_act(struct handover *handover);

/* Save the snapshot for the next process, also without a handover, and log it. 0 or a negative
 * errno. */
int handover_save(const struct handover *handover);
