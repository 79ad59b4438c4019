/* Owns creating and checking memory that is shared with the next process. Its contents cannot be
 * sealed, as they change all the time: readers check them. */
#include "survival/memory_file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static int set_size(int fd, size_t bytes)
{
	if (!bytes)
		return 0;
	if (ftruncate(fd, (off_t) bytes) < 0 ||
		fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) < 0)
		return -errno;
	return 0;
}

int memory_file_new(const char *name, size_t bytes, int *ret_fd)
{
	int fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING), error;

	if (fd < 0)
		return -errno;
	error = set_size(fd, bytes);
	if (error)
		close(fd);
	else
		*ret_fd = fd;
	return error;
}

bool memory_file_has_size(int fd, size_t bytes)
{
	struct stat status;

	return fstat(fd, &status) == 0 && (size_t) status.st_size == bytes;
}

void *memory_file_map(int fd, size_t bytes)
{
	void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, fd, 0);

	if (memory == MAP_FAILED)
		return NULL;
	/* The memory contains messages of users, which must not get into core dumps. */
	(void) madvise(memory, bytes, MADV_DONTDUMP);
	return memory;
}

static int write_all(int fd, const char *bytes, size_t length)
{
	size_t done = 0;

	while (done < length) {
		ssize_t n = pwrite(fd, bytes + done, length - done, (off_t) done);

		if (n < 0 && errno != EINTR)
			return -errno;
		if (n > 0)
			done += (size_t) n;
	}
	return 0;
}

int memory_file_write(int fd, const void *bytes, size_t length)
{
	return ftruncate(fd, 0) < 0 ? -errno : write_all(fd, bytes, length);
}

void memory_file_give_back(int fd, size_t from, size_t to)
{
	(void) fallocate(
		fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, (off_t) from, (off_t) (to - from));
}
