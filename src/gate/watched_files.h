/* Notices that files have changed: written, or replaced under the same name. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "net/loop.h"

struct watched_files;

struct watched_files *watched_files_new(
	struct loop *loop, void (*on_changed)(void *data), void *data);
void watched_files_free(struct watched_files *files); /* NULL is allowed */

/* Report files that are removed, too: of those that are added from now on. */
void watched_files_mind_removals(struct watched_files *files);

/* Forget all files. */
void watched_files_clear(struct watched_files *files);
/* Also watch this one, which need not exist. Until its directory does, whatever comes on the way to
 * it is reported; then watch it anew. */
void watched_files_add(struct watched_files *files, const char *path);

/* Call in each turn: reports changes a moment later, when a certificate and its key have both been
 * replaced. */
void watched_files_tick(struct watched_files *files);
uint64_t watched_files_next_deadline(const struct watched_files *files);
