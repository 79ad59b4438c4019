/* Owns connecting to helpers and sending to them. */
#include "net/unix_socket.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/passed_fds.h"
#include "base/text.h"

int unix_socket_address(const char *path, struct sockaddr_un *ret_address)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	if (strlen(path) >= sizeof(address.sun_path))
		return -ENAMETOOLONG;
	text_copy(address.sun_path, sizeof(address.sun_path), path);
	*ret_address = address;
	return 0;
}

int unix_socket_connect(const char *path)
{
	struct sockaddr_un address;
	int fd, error = unix_socket_address(path, &address);

	if (error)
		return error;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	if (connect(fd, (struct sockaddr *) &address, sizeof(address)) == 0)
		return fd;
	error = -errno;
	close(fd);
	return error;
}

static int bind_unix_socket(int fd, const struct sockaddr_un *address, const char *path)
{
	struct stat status;
	int other;

	if (bind(fd, (const struct sockaddr *) address, sizeof(*address)) == 0)
		return 0;
	if (errno != EADDRINUSE || lstat(path, &status) < 0 || !S_ISSOCK(status.st_mode))
		return -errno;
	other = unix_socket_connect(path);
	if (other >= 0)
		close(other);
	if (other != -ECONNREFUSED)
		return -EADDRINUSE;
	if (unlink(path) < 0 || bind(fd, (const struct sockaddr *) address, sizeof(*address)) < 0)
		return -errno;
	return 0;
}

int unix_socket_listen(const char *path)
{
	struct sockaddr_un address;
	int fd, error = unix_socket_address(path, &address);

	if (error)
		return error;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	error = fchmod(fd, 0660) < 0 ? -errno : bind_unix_socket(fd, &address, path);
	if (!error && listen(fd, SOMAXCONN) < 0)
		error = -errno;
	if (!error)
		return fd;
	close(fd);
	return error;
}

int unix_socket_pass(int fd, const struct buffer *bytes, int passed_fd, size_t *ret_sent)
{
	PASSED_FDS(1) passed;
	struct iovec part = { bytes->bytes, bytes->length };
	struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1 };
	ssize_t sent;

	passed_fds_put(&message, &passed, &passed_fd, passed_fd >= 0);
	sent = sendmsg(fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
	if (sent < 0)
		return -errno;
	if (ret_sent)
		*ret_sent = (size_t) sent;
	return 0;
}

int unix_socket_flush(int fd, struct buffer *out)
{
	while (out->length) {
		ssize_t sent = send(fd, out->bytes, out->length, MSG_NOSIGNAL);

		if (sent >= 0)
			buffer_drop(out, (size_t) sent);
		else if (errno == EAGAIN)
			break;
		else if (errno != EINTR)
			return -errno;
	}
	return 0;
}
