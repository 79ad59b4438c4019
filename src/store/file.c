/* Owns names, modes and durability of files. */
#include "store/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/cleanup.h"
#include "base/mem.h"

char *file_path_with(const char *path, const char *ending)
{
	struct buffer text = { 0 };

	buffer_put_text(&text, path);
	buffer_put_text(&text, ending);
	return buffer_take(&text);
}

int file_make_empty(const char *path)
{
	CLEANUP(mem_freep) char *journal = file_path_with(path, "-journal");
	int fd;

	(void) unlink(path);
	(void) unlink(journal);
	fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	close(fd);
	return 0;
}

int file_sync_directory(const char *path)
{
	CLEANUP(mem_freep) char *directory = mem_text(path);
	char *slash = strrchr(directory, '/');
	int fd, error = 0;

	if (slash)
		slash[slash == directory] = '\0';
	fd = open(slash ? directory : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (fsync(fd) < 0)
		error = -errno;
	close(fd);
	return error;
}

static enum store_fault fault_of_errno(int error)
{
	switch (-error) {
	case ENOSPC:
	case EDQUOT:
		return STORE_FAULT_FULL;
	case EROFS:
	case EACCES:
	case EPERM:
		return STORE_FAULT_READ_ONLY;
	default:
		return STORE_FAULT_FAILED;
	}
}

void file_set_problem(struct store_problem *problem, const char *path, int error)
{
	problem_describe(problem, fault_of_errno(error), "%s: %s", path, strerror(-error));
}
