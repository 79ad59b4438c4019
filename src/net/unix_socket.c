/* Owns connecting to helpers and sending to them. */
#include "net/unix_socket.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/text.h"

int unix_socket_connect(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int error;

	if (fd < 0)
		return -errno;
	text_copy(address.sun_path, sizeof(address.sun_path), path);
	if (connect(fd, (struct sockaddr *) &address, sizeof(address)) == 0)
		return fd;
	error = -errno;
	close(fd);
	return error;
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
