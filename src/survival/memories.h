/* Memory that connections write to directly, and that outlives the process: byte counts of Unix
 * sockets, with the pipe that belongs to them, partial lines, and the keys of wrapped streams.
 * net/resume.h and net/wrapping.h define its contents; here it is bytes. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/log.h"
#include "survival/descriptors.h"
#include "survival/keeper.h"

enum memory_kind {
	MEMORY_BYTE_COUNTS,
	MEMORY_PARTIALS,
	MEMORY_WRAPPINGS,
	MEMORY_KINDS
};

struct memories;

struct memories_needs {
	const struct log *log;
	struct keeper keeper;
	size_t bytes[MEMORY_KINDS];
};

struct memories *memories_new(const struct memories_needs *needs); /* empty at first */
void memories_free(struct memories *memories);			   /* NULL is allowed */

/* Create the missing memories. Byte counts and pipe are only needed with a keeper, for crashes: a
 * handover knows all counts. 0 or a negative errno. */
int memories_make(struct memories *memories, bool may_make_partials);
/* Take what the previous process left. Missing memories are logged and created. Without them some
 * clients are lost: those on Unix sockets, and those that had sent a long partial line. */
void memories_take(struct memories *memories, struct descriptors *inherited);
void memories_drop(const struct memories *memories); /* make the keeper drop them */
void memories_list(const struct memories *memories, struct descriptors *list);

void *memories_bytes(const struct memories *memories, enum memory_kind kind); /* NULL: none */
const int *memories_pipe(const struct memories *memories); /* both ends; NULL: there is none */
/* The previous process had byte counts, but they were not inherited. */
bool memories_has_lost_byte_counts(const struct memories *memories);
