/* Rows of the database on their way into the world: at the start, after a change was stored, and
 * from a snapshot. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "proto/store_row.h"

struct world;

/* What the world knows of the database. Saved in snapshots, and the status of an EVENT_STORAGE. */
enum storage_state {
	STORAGE_NONE,	 /* there is none, or its rows are not here yet: no accounts */
	STORAGE_LOADING, /* rows come */
	STORAGE_FAILING, /* all rows are here, but changes cannot be stored */
	STORAGE_WORKS,
};

/* The row takes effect. False: it makes no sense, and nothing has changed. */
bool rows_take(struct world *world, const struct store_row *row);
/* Take all rows of an EVENT_STORAGE, each a record of any id. False: some made no sense. */
bool rows_take_all(struct world *world, const void *bytes, size_t length);
void rows_save(struct buffer *out, uint16_t id, const struct world *world);
