/* Owns the memory that connections write to directly and that outlives us: positions on Unix
 * sockets, with the pipe that belongs to them, and partial lines. See net/resume.h. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "daemon/server.h"
#include "survival/memory_file.h"

#define PIPE_NAME DESCRIPTORS_PREFIX "pipe"
#define POSITIONS 131072 /* by slot; memory only for those there are */

/* The names are known to the release before: partial lines were half lines once. */
static const struct memory_row {
	const char *name;
	size_t bytes;
} memory_rows[SURVIVAL_MEMORIES] = {
	[SURVIVAL_POSITIONS] = { DESCRIPTORS_PREFIX "positions",
		POSITIONS * sizeof(struct byte_counts) },
	[SURVIVAL_PARTIALS] = { DESCRIPTORS_PREFIX "half-lines", sizeof(struct partial_lines) },
};

static void forget_memory(struct server *server, enum survival_memory_kind which)
{
	struct survival_memory *memory = &server->memories[which];

	if (!memory->bytes)
		return;
	munmap(memory->bytes, memory_rows[which].bytes);
	close(memory->fd);
	*memory = (struct survival_memory){ 0 };
}

/* From a new file, or from the one that was kept. The descriptor is taken over, also when that
 * fails. */
static int take_memory(struct server *server, enum survival_memory_kind which, int fd)
{
	size_t bytes = memory_rows[which].bytes;
	void *memory = memory_file_has_size(fd, bytes) ? memory_file_map(fd, bytes) : NULL;

	if (!memory) {
		close(fd);
		return -EINVAL;
	}
	forget_memory(server, which);
	server->memories[which] = (struct survival_memory){ memory, fd };
	return 0;
}

/* Unless it is there already. */
static int make_memory(struct server *server, enum survival_memory_kind which)
{
	const struct memory_row *row = &memory_rows[which];
	int fd, error = 0;

	if (!server->memories[which].bytes) {
		error = memory_file_new(row->name, row->bytes, &fd);
		if (!error)
			error = take_memory(server, which, fd);
	}
	return error ? error
		     : notifier_keep(server->notifier, server->memories[which].fd, row->name);
}

static bool take_kept_memory(struct server *server, enum survival_memory_kind which)
{
	int fd = descriptors_take(&server->inherited, memory_rows[which].name);

	return fd >= 0 && take_memory(server, which, fd) == 0;
}

static int make_pipe(struct server *server)
{
	int error = 0;

	if (server->pipe_fds[1] < 0 && pipe2(server->pipe_fds, O_CLOEXEC | O_NONBLOCK) < 0)
		return -errno;
	for (size_t i = 0; i < 2 && !error; i++)
		error = notifier_keep(server->notifier, server->pipe_fds[i], PIPE_NAME);
	return error;
}

static void close_pipe(struct server *server)
{
	for (size_t i = 0; i < 2; i++) {
		if (server->pipe_fds[i] >= 0)
			close(server->pipe_fds[i]);
		server->pipe_fds[i] = -1;
	}
}

/* Which end is which, the end itself says. */
static bool take_pipe_end(struct server *server, int fd)
{
	int flags = fd < 0 ? -1 : fcntl(fd, F_GETFL);
	int *end = &server->pipe_fds[(flags & O_ACCMODE) == O_WRONLY];

	if (flags >= 0 && (flags & O_NONBLOCK) && *end < 0) {
		*end = fd;
		return fcntl(fd, F_SETFD, FD_CLOEXEC) == 0;
	}
	if (fd >= 0)
		close(fd);
	return false;
}

static bool take_kept_pipe(struct server *server)
{
	for (size_t i = 0; i < 2; i++) {
		if (!take_pipe_end(server, descriptors_take(&server->inherited, PIPE_NAME))) {
			close_pipe(server);
			return false;
		}
	}
	return true;
}

static void use_memories(struct server *server)
{
	void *positions = server->memories[SURVIVAL_POSITIONS].bytes;
	void *partials = server->memories[SURVIVAL_PARTIALS].bytes;

	if (positions && server->pipe_fds[1] >= 0)
		connections_keep_byte_counts(
			server->connections, positions, POSITIONS, server->pipe_fds);
	if (partials)
		connections_keep_partials(server->connections, partials);
}

/* Who hands over knows all positions; only a death does not. */
static bool needs_positions(const struct server *server)
{
	return notifier_has_manager(server->notifier);
}

/* Partial lines move there only before the first connection comes. */
static bool may_make_partials(const struct server *server)
{
	return server->memories[SURVIVAL_PARTIALS].bytes || !connections_count(server->connections);
}

int survival_make_memories(struct server *server)
{
	int error = may_make_partials(server) ? make_memory(server, SURVIVAL_PARTIALS) : 0;

	if (!error && needs_positions(server))
		error = make_pipe(server);
	if (!error && needs_positions(server))
		error = make_memory(server, SURVIVAL_POSITIONS);
	use_memories(server);
	return error;
}

static void drop(const struct server *server, const char *name)
{
	if (notifier_has_manager(server->notifier))
		(void) notifier_drop(server->notifier, name);
}

/* New ones are for the next time. */
static void replace(struct server *server, enum survival_memory_kind which)
{
	struct buffer reason = { 0 };

	buffer_format(&reason, "the process before did not leave %s", memory_rows[which].name);
	log_entry(server->log, LOGBOOK_NOT_KEPT, "REASON", reason.bytes);
	buffer_done(&reason);
	drop(server, memory_rows[which].name);
	forget_memory(server, which);
	(void) make_memory(server, which);
}

/* Positions without their pipe would be misread. */
static void take_positions(struct server *server)
{
	bool has_pipe = take_kept_pipe(server);

	if (!has_pipe) {
		drop(server, PIPE_NAME);
		(void) make_pipe(server);
	}
	server->has_lost_positions = !take_kept_memory(server, SURVIVAL_POSITIONS) || !has_pipe;
	if (server->has_lost_positions)
		replace(server, SURVIVAL_POSITIONS);
}

/* Without them some clients are lost: those on Unix sockets, and those who had sent a partial line
 * of much. */
void survival_take_memories(struct server *server)
{
	if (needs_positions(server))
		take_positions(server);
	if (!take_kept_memory(server, SURVIVAL_PARTIALS))
		replace(server, SURVIVAL_PARTIALS);
	use_memories(server);
}

void survival_drop_memories(struct server *server)
{
	for (size_t i = 0; i < SURVIVAL_MEMORIES; i++)
		drop(server, memory_rows[i].name);
	drop(server, PIPE_NAME);
}

void survival_list_memories(const struct server *server, struct descriptors *list)
{
	for (enum survival_memory_kind i = 0; i < SURVIVAL_MEMORIES; i++)
		if (server->memories[i].bytes)
			descriptors_add(list, server->memories[i].fd, memory_rows[i].name);
	for (size_t i = 0; i < 2; i++)
		if (server->pipe_fds[i] >= 0)
			descriptors_add(list, server->pipe_fds[i], PIPE_NAME);
}

void survival_done_memories(struct server *server)
{
	for (enum survival_memory_kind i = 0; i < SURVIVAL_MEMORIES; i++)
		forget_memory(server, i);
	close_pipe(server);
}
