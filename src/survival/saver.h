/* Writes snapshots into the event log: in a child process while the server continues, or in the
 * server itself if necessary. After failures the wait for the next child grows (survival/pace.h).
 * Before the log is full, all clients wait for one snapshot, so that a crash still loses
 * nothing. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/log.h"
#include "survival/event_log.h"

struct saver;

struct saver_needs {
	const struct log *log;
	uint64_t (*now_ms)(void *data); /* start of this turn of the loop */
	/* Call on_ready(target, ...) when the descriptor is readable. 0 or a negative errno. */
	int (*watch)(void *data, int fd, void (*on_ready)(void *target, uint32_t events),
		void *target, void **ret_watch);
	void (*unwatch)(void *data, void *watch);
	void (*save)(void *data, struct buffer *out); /* append a snapshot; a child calls it too */
	/* The last snapshot contains secrets that are no longer needed. */
	bool (*wants_snapshot)(void *data);
	void (*on_news)(void *data); /* saver_is_failing() or saver_has_gap() may have changed */
	void *data;
};

struct saver *saver_new(const struct saver_needs *needs);
void saver_free(struct saver *saver); /* NULL is allowed. Kills a child. */

/* The log for snapshots from now on; the first is not written at once. NULL: none. */
void saver_set_log(struct saver *saver, struct event_log *log);
bool saver_is_failing(const struct saver *saver); /* the last children failed */
/* Events are missing from the log, which was full: it is useless until the next snapshot. */
bool saver_has_gap(const struct saver *saver);
void saver_note_gap(struct saver *saver); /* an event did not fit */

/* Only while there is a log: */
void saver_tick(struct saver *saver); /* the end of a turn */
uint64_t saver_next_deadline(const struct saver *saver);
int saver_save_now(struct saver *saver); /* between turns; 0 or a negative errno */
