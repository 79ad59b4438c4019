/* Writes snapshots into the event log: a child process does while the server goes on, and the
 * server itself in need. After a failure a child is tried later and later (survival/pace.h); before
 * the log is full everybody waits for one snapshot instead of losing the next crash. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/log.h"
#include "survival/event_log.h"

struct saver;

struct saver_needs {
	const struct log *log;
	uint64_t (*now_ms)(void *data); /* when this turn of the loop began */
	/* Call on_ready(target, ...) when the descriptor can be read. 0 or a negative errno. */
	int (*watch)(void *data, int fd, void (*on_ready)(void *target, uint32_t events),
		void *target, void **ret_watch);
	void (*unwatch)(void *data, void *watch);
	void (*save)(void *data, struct buffer *out); /* a snapshot; a child calls it too */
	/* The last snapshot has secrets that are not needed any more. */
	bool (*wants_snapshot)(void *data);
	void (*on_news)(void *data); /* what the next two say may have changed */
	void *data;
};

struct saver *saver_new(const struct saver_needs *needs);
void saver_free(struct saver *saver); /* NULL is fine. A child is killed. */

/* Where snapshots go from now on, but not at once; NULL: nowhere. */
void saver_set_log(struct saver *saver, struct event_log *log);
bool saver_is_failing(const struct saver *saver); /* children do, in a row */
/* Events are missing from the log, as it was full: until there is a new snapshot it is the past. */
bool saver_has_gap(const struct saver *saver);
void saver_note_gap(struct saver *saver); /* an event did not fit */

/* Only while there is a log: */
void saver_tick(struct saver *saver); /* the end of a turn */
uint64_t saver_next_deadline(const struct saver *saver);
int saver_save_now(struct saver *saver); /* between turns; 0 or a negative errno */
