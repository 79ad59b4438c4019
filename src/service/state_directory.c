/* Owns the writing of files that must not be lost. */
#include "service/state_directory.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/cleanup.h"
#include "base/mem.h"

#define LOCK_FILE "lock"

/* The first of possibly several directories, systemd.exec(5). */
static char *path_in_variable(const char *variable, const char *name)
{
	const char *directory = getenv(variable);
	struct buffer path = { 0 };

	if (!directory || !directory[0])
		return NULL;
	buffer_format(&path, "%.*s/%s", (int) strcspn(directory, ":"), directory, name);
	return buffer_take(&path);
}

char *state_directory_path(const char *name)
{
	return path_in_variable("STATE_DIRECTORY", name);
}

char *runtime_directory_path(const char *name)
{
	return path_in_variable("RUNTIME_DIRECTORY", name);
}

static void close_statep(const int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static int write_bytes(int fd, const char *bytes, size_t length)
{
	ssize_t written;

	while (length) {
		written = write(fd, bytes, length);
		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0)
			return -errno;
		bytes += written;
		length -= (size_t) written;
	}
	return fsync(fd) < 0 ? -errno : 0;
}

static int write_new(const char *path, const void *bytes, size_t length)
{
	CLEANUP(close_statep) int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	return fd < 0 ? -errno : write_bytes(fd, bytes, length);
}

/* A new name is durable only after its directory is synced. */
static int sync_directory(const char *path)
{
	CLEANUP(mem_freep)
	char *directory = mem_text_n(path, (size_t) (strrchr(path, '/') - path));
	CLEANUP(close_statep) int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return fd < 0 || fsync(fd) < 0 ? -errno : 0;
}

int state_directory_write_file(const char *path, const void *bytes, size_t length)
{
	CLEANUP(buffer_done) struct buffer fresh = { 0 };
	int error;

	buffer_format(&fresh, "%s.new", path);
	/* A file left by a process that was killed here. */
	unlink(fresh.bytes);
	error = write_new(fresh.bytes, bytes, length);
	if (!error && rename(fresh.bytes, path) < 0)
		error = -errno;
	if (error)
		unlink(fresh.bytes);
	return error ? error : sync_directory(path);
}

/* A record lock is not inherited by the child that writes a snapshot, so the child cannot keep the
 * next process out after a crash. */
int state_directory_lock(int *fd_of_lock, pid_t *ret_holder)
{
	CLEANUP(mem_freep) char *path = state_directory_path(LOCK_FILE);
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	int fd = *fd_of_lock, error = 0;

	/* Opening and closing the file again would release the lock, fcntl_locking(2). */
	if (fd < 0 && path)
		fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0)
		return path ? -errno : 0;
	if (fcntl(fd, F_SETLK, &lock) == 0) {
		*fd_of_lock = fd;
		return 0;
	}
	error = errno == EACCES ? -EAGAIN : -errno;
	*ret_holder = fcntl(fd, F_GETLK, &lock) == 0 && lock.l_type == F_WRLCK ? lock.l_pid : 0;
	close(fd);
	*fd_of_lock = -1;
	return error;
}
