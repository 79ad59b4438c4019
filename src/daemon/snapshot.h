/* Everything that a new process needs to go on, in one piece of bytes: the world, the
 * connections with what waits in them, the questions under way. Versioned by field ids:
 * what a release does not know it skips, what is missing has its default. */
#pragma once

#include <stddef.h>

#include "base/buffer.h"
#include "daemon/engine.h"
#include "daemon/helpers.h"
#include "net/connections.h"
#include "survival/event_log.h"

/* What a snapshot is made of. */
struct snapshot_parts {
	struct connections *connections;
	struct helpers *helpers;
	struct engine *engine;	  /* has the world */
	struct event_log *trials; /* where steps of the loading are noted; NULL: nowhere */
};

/* The world's part, as world_save() wrote it; NULL: there is none. */
const void *snapshot_find_world(const void *bytes, size_t length, size_t *ret_length);

void snapshot_save(const struct snapshot_parts *parts, struct buffer *out);

/* Into an engine that has no world yet. NULL, or why not (static text); then nothing that
 * was loaded may be used. */
const char *snapshot_load(const struct snapshot_parts *parts, const void *bytes, size_t length);
