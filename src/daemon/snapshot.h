/* Everything that a new process needs to go on, in one piece of bytes: the world, the
 * connections with what waits in them, the questions under way. Versioned by field ids:
 * what a release does not know it skips, what is missing has its default. */
#pragma once

#include <stdbool.h>

#include "daemon/server.h"

/* The world's part, as world_save() wrote it; NULL: there is none. */
const void *snapshot_find_world(const void *bytes, size_t length, size_t *ret_length);

void snapshot_save(const struct server *server, struct buffer *out);

/* Into a server that has no world yet. NULL, or why not (static text); then nothing that
 * was loaded may be used. */
const char *snapshot_load(struct server *server, const void *bytes, size_t length);
