/* Owns descriptors that lead nowhere. */
#include "daemon/held_files.h"

#include <assert.h>
#include <fcntl.h>
#include <unistd.h>

void held_files_take(struct held_files *held, size_t n)
{
	assert(n <= HELD_FILES_MOST);
	for (held->n = 0; held->n < n; held->n++)
		held->fds[held->n] = open("/dev/null", O_RDONLY | O_CLOEXEC);
}

void held_files_release(struct held_files *held)
{
	for (; held->n; held->n--)
		if (held->fds[held->n - 1] >= 0)
			close(held->fds[held->n - 1]);
}
