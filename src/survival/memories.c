/* Owns the files and the pipe of the memory that connections write to directly. */
#include "survival/memories.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/cleanup.h"
#include "base/mem.h"
#include "survival/memory_file.h"

#define PIPE_NAME DESCRIPTORS_PREFIX "pipe"

/* All zero: there is none. */
struct memory {
	void *bytes;
	int fd;
};

struct memories {
	struct memories_needs needs;
	struct memory items[MEMORY_KINDS];
	int pipe_fds[2]; /* -1: none */
	bool has_lost_byte_counts;
};

/* The previous release uses the same names. */
static const char *const memory_names[] = {
	[MEMORY_BYTE_COUNTS] = DESCRIPTORS_PREFIX "positions",
	[MEMORY_PARTIALS] = DESCRIPTORS_PREFIX "half-lines",
	[MEMORY_WRAPPINGS] = DESCRIPTORS_PREFIX "wrappings",
};
static_assert(ARRAY_LENGTH(memory_names) == MEMORY_KINDS, "each memory has a name");

struct memories *memories_new(const struct memories_needs *needs)
{
	struct memories *memories = mem_new(sizeof(*memories));

	memories->needs = *needs;
	memories->pipe_fds[0] = memories->pipe_fds[1] = -1;
	return memories;
}

static void forget_memory(struct memories *memories, enum memory_kind kind)
{
	struct memory *memory = &memories->items[kind];

	if (!memory->bytes)
		return;
	munmap(memory->bytes, memories->needs.bytes[kind]);
	close(memory->fd);
	*memory = (struct memory){ 0 };
}

static void close_pipe(struct memories *memories)
{
	for (size_t i = 0; i < 2; i++) {
		if (memories->pipe_fds[i] >= 0)
			close(memories->pipe_fds[i]);
		memories->pipe_fds[i] = -1;
	}
}

void memories_free(struct memories *memories)
{
	if (!memories)
		return;
	for (enum memory_kind kind = 0; kind < MEMORY_KINDS; kind++)
		forget_memory(memories, kind);
	close_pipe(memories);
	free(memories);
}

/* Map a new or an inherited file. Takes the descriptor over, even on failure. */
static int take_memory(struct memories *memories, enum memory_kind kind, int fd)
{
	size_t bytes = memories->needs.bytes[kind];
	void *memory = memory_file_has_size(fd, bytes) ? memory_file_map(fd, bytes) : NULL;

	if (!memory) {
		close(fd);
		return -EINVAL;
	}
	forget_memory(memories, kind);
	memories->items[kind] = (struct memory){ memory, fd };
	return 0;
}

/* Does nothing if the memory exists already. */
static int make_memory(struct memories *memories, enum memory_kind kind)
{
	int fd, error = 0;

	if (!memories->items[kind].bytes) {
		error = memory_file_new(memory_names[kind], memories->needs.bytes[kind], &fd);
		if (!error)
			error = take_memory(memories, kind, fd);
	}
	return error ? error
		     : keeper_keep(&memories->needs.keeper, memories->items[kind].fd,
			       memory_names[kind]);
}

static int make_pipe(struct memories *memories)
{
	int error = 0;

	if (memories->pipe_fds[1] < 0 && pipe2(memories->pipe_fds, O_CLOEXEC | O_NONBLOCK) < 0)
		return -errno;
	for (size_t i = 0; i < 2 && !error; i++)
		error = keeper_keep(&memories->needs.keeper, memories->pipe_fds[i], PIPE_NAME);
	return error;
}

static bool needs_byte_counts(const struct memories *memories)
{
	return memories->needs.keeper.is_there;
}

int memories_make(struct memories *memories, bool may_make_partials)
{
	bool may_make = may_make_partials || memories->items[MEMORY_PARTIALS].bytes;
	int error = may_make ? make_memory(memories, MEMORY_PARTIALS) : 0;

	if (!error)
		error = make_memory(memories, MEMORY_WRAPPINGS);
	if (!error && needs_byte_counts(memories))
		error = make_pipe(memories);
	if (!error && needs_byte_counts(memories))
		error = make_memory(memories, MEMORY_BYTE_COUNTS);
	return error;
}

static bool take_inherited(
	struct memories *memories, enum memory_kind kind, struct descriptors *inherited)
{
	int fd = descriptors_take(inherited, memory_names[kind]);

	return fd >= 0 && take_memory(memories, kind, fd) == 0;
}

/* The access mode of a descriptor shows which end it is. */
static bool take_pipe_end(struct memories *memories, int fd)
{
	int flags = fd < 0 ? -1 : fcntl(fd, F_GETFL);
	int *end = &memories->pipe_fds[(flags & O_ACCMODE) == O_WRONLY];

	if (flags >= 0 && (flags & O_NONBLOCK) && *end < 0) {
		*end = fd;
		return fcntl(fd, F_SETFD, FD_CLOEXEC) == 0;
	}
	if (fd >= 0)
		close(fd);
	return false;
}

static bool take_pipe(struct memories *memories, struct descriptors *inherited)
{
	for (size_t i = 0; i < 2; i++) {
		if (!take_pipe_end(memories, descriptors_take(inherited, PIPE_NAME))) {
			close_pipe(memories);
			return false;
		}
	}
	return true;
}

/* Create a new memory for the next restart. */
static void replace_memory(struct memories *memories, enum memory_kind kind)
{
	struct buffer reason = { 0 };

	buffer_format(&reason, "the process before did not leave %s", memory_names[kind]);
	log_entry(memories->needs.log, LOGBOOK_NOT_KEPT, "REASON", reason.bytes);
	buffer_done(&reason);
	keeper_drop(&memories->needs.keeper, memory_names[kind]);
	forget_memory(memories, kind);
	(void) make_memory(memories, kind);
}

/* Without their pipe the byte counts would be misread. */
static void take_byte_counts(struct memories *memories, struct descriptors *inherited)
{
	bool has_pipe = take_pipe(memories, inherited);

	if (!has_pipe) {
		keeper_drop(&memories->needs.keeper, PIPE_NAME);
		(void) make_pipe(memories);
	}
	memories->has_lost_byte_counts =
		!take_inherited(memories, MEMORY_BYTE_COUNTS, inherited) || !has_pipe;
	if (memories->has_lost_byte_counts)
		replace_memory(memories, MEMORY_BYTE_COUNTS);
}

void memories_take(struct memories *memories, struct descriptors *inherited)
{
	if (needs_byte_counts(memories))
		take_byte_counts(memories, inherited);
	if (!take_inherited(memories, MEMORY_PARTIALS, inherited))
		replace_memory(memories, MEMORY_PARTIALS);
	/* A release that knew no TLS did not leave any. */
	if (!take_inherited(memories, MEMORY_WRAPPINGS, inherited)) {
		keeper_drop(&memories->needs.keeper, memory_names[MEMORY_WRAPPINGS]);
		(void) make_memory(memories, MEMORY_WRAPPINGS);
	}
}

void memories_drop(const struct memories *memories)
{
	for (enum memory_kind kind = 0; kind < MEMORY_KINDS; kind++)
		keeper_drop(&memories->needs.keeper, memory_names[kind]);
	keeper_drop(&memories->needs.keeper, PIPE_NAME);
}

void memories_list(const struct memories *memories, struct descriptors *list)
{
	for (enum memory_kind kind = 0; kind < MEMORY_KINDS; kind++)
		if (memories->items[kind].bytes)
			descriptors_add(list, memories->items[kind].fd, memory_names[kind]);
	for (size_t i = 0; i < 2; i++)
		if (memories->pipe_fds[i] >= 0)
			descriptors_add(list, memories->pipe_fds[i], PIPE_NAME);
}

void *memories_bytes(const struct memories *memories, enum memory_kind kind)
{
	return memories->items[kind].bytes;
}

const int *memories_pipe(const struct memories *memories)
{
	return memories->pipe_fds[1] >= 0 ? memories->pipe_fds : NULL;
}

bool memories_has_lost_byte_counts(const struct memories *memories)
{
	return memories->has_lost_byte_counts;
}
