/* Everything that a new process needs to go on, in one piece of bytes: the world, the
 * connections with what waits in them, the questions under way. Versioned by field ids:
 * what a release does not know it skips, what is missing has its default. Maps, counters, timers,
 * the lines of ISUPPORT and nick!user@host are not in it: loading makes them anew.
 *
 * The release before loads it as well as the release after. What the later one added is left out,
 * permanently, and no client is lost; HACKING.md ("Add to a snapshot") has the rules. What cannot
 * be left out, or has another check sum, is refused before anything is restored. Settings are the
 * exception: losing an option until the files are read is better than losing everybody. But an
 * entry of a list with a value that is not understood is dropped: a class without its addresses
 * would admit anybody. */
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
