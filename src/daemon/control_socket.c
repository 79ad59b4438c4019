/* Owns the file of the control socket. */
#include "daemon/control_socket.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "net/unix_socket.h"
#include "service/control_caller.h"
#include "service/state_directory.h"

/* The lock on the state directory makes sure that a file of that name is of a papod that ended. */
static int bind_control_socket(int fd, const char *path, int backlog)
{
	struct sockaddr_un address;
	int error = unix_socket_address(path, &address);

	if (error)
		return error;
	if (unlink(path) < 0 && errno != ENOENT)
		return -errno;
	if (fchmod(fd, 0600) < 0 || bind(fd, (struct sockaddr *) &address, sizeof(address)) < 0 ||
		listen(fd, backlog) < 0)
		return -errno;
	return 0;
}

int control_socket_open(int backlog, int *ret_fd)
{
	CLEANUP(mem_freep) char *path = state_directory_path(CONTROL_SOCKET_FILE);
	int fd, error;

	if (!path)
		return 0;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	error = bind_control_socket(fd, path, backlog);
	if (error)
		close(fd);
	else
		*ret_fd = fd;
	return error;
}

void control_socket_unlink(void)
{
	CLEANUP(mem_freep) char *path = state_directory_path(CONTROL_SOCKET_FILE);

	if (path)
		(void) unlink(path);
}
