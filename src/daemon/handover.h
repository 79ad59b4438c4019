/* Another program goes on in our place, as the same process: without systemd, papod is its own
 * service manager for a moment.
 *
 * It makes log, lots and snapshot as for any next process, lets exec() leave their descriptors and
 * the listeners' open, and names their numbers in a memory file; from there on it is the same
 * recovery. LISTEN_FDS would not do: the numbers from 3 on would have to be taken from what has
 * them, and exec() may still fail. Until then nothing was done that cannot be undone.
 *
 * Signals stay blocked over the exec(), so that none is lost. The lock on the state directory is
 * handed on open, as closing any descriptor of its file would release it.
 *
 * The new program is tried with --check first, as a start in the same process has no second try. A
 * bad configuration refuses a handover, unlike a restart by systemd, because here somebody waits
 * for the answer. */
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
