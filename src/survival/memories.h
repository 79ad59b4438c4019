/* Memory that connections write to directly, and that outlives the process: byte counts of Unix
 * sockets, with the pipe that belongs to them, and partial lines. What lies in it is in
 * net/resume.h; here it is bytes. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/log.h"
#include "survival/descriptors.h"
#include "survival/keeper.h"

enum memory_kind {
	MEMORY_BYTE_COUNTS,
	MEMORY_PARTIALS,
	MEMORY_KINDS
};

struct memories;

struct memories_needs {
	const struct log *log;
	struct keeper keeper;
	size_t bytes[MEMORY_KINDS];
};

struct memories *memories_new(const struct memories_needs *needs); /* nothing is there yet */
void memories_free(struct memories *memories);			   /* NULL is fine */

/* What is not there yet. Byte counts and pipe only where there is a keeper: a handover knows all
 * counts, only a crash does not. 0 or a negative errno. */
int memories_make(struct memories *memories, bool may_make_partials);
/* From what the last process left. What is missing is logged and made anew. Without it some clients
 * are lost: those on Unix sockets, and those who had sent a long partial line. */
void memories_take(struct memories *memories, struct descriptors *inherited);
void memories_drop(const struct memories *memories); /* nobody keeps them any more */
void memories_list(const struct memories *memories, struct descriptors *list);

void *memories_bytes(const struct memories *memories, enum memory_kind kind); /* NULL: none */
const int *memories_pipe(const struct memories *memories); /* both ends; NULL: there is none */
/* The last process had noted them, but they were not there to be taken. */
bool memories_has_lost_byte_counts(const struct memories *memories);
