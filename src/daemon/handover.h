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
	struct engine *engine;		   /* hears of refusals */
	const struct listeners *listeners; /* they go on too */
	const char *program;	 /* the file from which we were started; NULL: not known */
	char *const *words;	 /* of our command line, which is the next one's too */
	bool has_passed_sockets; /* by the service manager */
	/* All else that it needs is in descriptors, except for the snapshot. NULL, or why it is not
	 * (static text). */
	const char *(*prepare)(void *data);
	int (*save)(void *data); /* the snapshot; 0 or a negative errno */
	void (*list)(void *data, struct descriptors *files); /* those descriptors */
	void (*settle)(void *data);			     /* after prepare(): but we go on */
	void *data;
};

/* Not /proc/self/exe, which is the file that we still have when another one has its name, nor the
 * first argument, which may be anything. The caller's to free; NULL: not known. */
char *handover_find_program(void);

/* What the needs point to lives longer. */
struct handover *handover_new(const struct handover_needs *needs);
void handover_free(struct handover *handover); /* NULL is fine */

/* The session hears of a refusal, 0: a signal. The last to ask counts. */
void handover_ask(struct handover *handover, uint64_t session);
/* The end of a turn: the trials begin and end there. */
void handover_tick(struct handover *handover);
uint64_t handover_next_deadline(const struct handover *handover);
bool handover_is_ready(const struct handover *handover); /* tried, and good */
/* Between turns, once it is ready: it returns only if the other program cannot be started. */
void handover_act(struct handover *handover);

/* The snapshot for the next process, also without a handover, and a log entry. 0 or a negative
 * errno. */
int handover_save(const struct handover *handover);
