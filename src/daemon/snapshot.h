/* Everything that a new process needs to continue, as bytes: the world, the connections with their
 * queues, the unanswered questions. Versioned by field ids: a release skips unknown fields, and
 * missing ones have their default. Maps, counters, timers, the lines of ISUPPORT and nick!user@host
 * are not included: loading computes them again.
 *
 * The previous and the next release can load it. Additions of the later one are dropped
 * permanently, and no client is lost; HACKING.md ("Add to a snapshot") has the rules. A snapshot
 * with a wrong checksum, or with data that cannot be dropped, is refused before anything is
 * restored. Settings are the exception: losing an option until the files are read is better than
 * losing all clients. But an entry of a list with an unknown value is dropped: a class without its
 * addresses would admit all clients. */
#pragma once

#include <stddef.h>

#include "base/buffer.h"
#include "daemon/engine.h"
#include "daemon/helpers.h"
#include "net/connections.h"
#include "survival/event_log.h"

/* The parts of a snapshot. */
struct snapshot_parts {
	struct connections *connections;
	struct helpers *helpers;
	struct engine *engine;	  /* owns the world */
	struct event_log *trials; /* where the steps of loading are noted; NULL: nowhere */
};

/* The part that world_save() wrote; NULL: none. */
const void *snapshot_find_world(const void *bytes, size_t length, size_t *ret_length);

void snapshot_save(const struct snapshot_parts *parts, struct buffer *out);

/* Load into an engine that has no world yet. NULL, or why that failed (static text); then nothing
 * that was loaded may be used. */
const char *snapshot_load(const struct snapshot_parts *parts, const void *bytes, size_t length);
