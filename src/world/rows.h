/* Rows of the database on their way into the world: at the start, after a change was stored, and
 * from a snapshot. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "proto/store_row.h"

struct world;

/* What the world knows of the database. Saved in snapshots, and the status of an EVENT_STORAGE:
 * STORAGE_NONE removes all accounts. The event that completes the rows has the state of the file,
 * see world.h, as its request and number. */
enum storage_state {
	STORAGE_NONE,	 /* there is none, or its rows are not here yet: no accounts */
	STORAGE_LOADING, /* rows come */
	STORAGE_FAILING, /* all rows are here, but changes cannot be stored */
	STORAGE_WORKS,
};

/* Kinds and fields of rows that the world takes: each release that takes more adds one. A snapshot
 * of an earlier edition lacks them, so the rows are read again after it. */
#define ROWS_EDITION 17
/* From this one on, logins are stored with the ids of their accounts. */
#define LOGIN_IDS_EDITION 4

/* The row takes effect. False: it makes no sense, and nothing has changed. */
bool rows_take(struct world *world, const struct store_row *row);
/* Take all rows of an EVENT_STORAGE, each a record of any id. False: some made no sense. */
bool rows_take_all(struct world *world, const void *bytes, size_t length);
/* Before the rows of a database, all of them, come in: forget those that are here. */
void rows_forget(struct world *world);
/* They are all here. The database has this state now, see world.h. */
void rows_complete(struct world *world, uint64_t file, uint64_t n_stored);
void rows_save(struct buffer *out, uint16_t id, const struct world *world);
