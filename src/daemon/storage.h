/* The database of accounts and channels, and its way to the world: rows go in at the start, changes
 * of the world go out to the store, and their answers come back as EVENT_STORED.
 *
 * A database that cannot be used never stops papod: chat goes on, the log says why, and papod tries
 * again.
 *
 * Once read, the rows are part of the world, which outlives the process, so the next one does not
 * read them. The file may have changed between the two: an older backup was put there, or a crash
 * has completed a change whose client was told that it failed. The world knows the file and the
 * number of changes that took effect; if they do not fit, what is in the file counts. Waiting
 * changes are refused then, because ids may mean other accounts there, and all rows are read. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/log.h"
#include "daemon/engine.h"
#include "net/loop.h"

struct storage;

struct storage_needs {
	struct loop *loop;
	const struct log *log;
	struct engine *engine;
};

struct storage *storage_new(const struct storage_needs *needs);
/* Writes what was submitted. NULL is allowed. */
void storage_free(struct storage *storage);

/* The world is there: open the database, give it the rows unless it has them, and submit the
 * changes that a previous process left. */
void storage_begin(struct storage *storage);
/* EFFECT_STORE: the world has a new change. */
void storage_submit(struct storage *storage);

/* Before a stop: wait until all changes are stored, and those that follow from their answers. */
void storage_settle(struct storage *storage);
/* Before another program takes over: write everything, take the last answers, close the file. */
void storage_close(struct storage *storage);

/* The copy is complete: NULL. Otherwise why there is none. */
typedef void (*storage_backup_fn)(void *data, const char *reason);
/* Copy the database to this file, one at a time. on_done is called once, unless another process
 * goes on. False: there is nothing to copy, and the reason is why (static text). */
bool storage_back_up(struct storage *storage, const char *path, storage_backup_fn on_done,
	void *data, const char **ret_reason);

uint64_t storage_next_deadline(const struct storage *storage); /* in the loop's clock */
void storage_tick(struct storage *storage);
