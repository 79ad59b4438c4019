/* Owns what several files do with sockets. */
#include "push/sockets.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/text.h"

int sockets_connect_unix(const char *path)
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

bool sockets_flush(int fd, struct loop_watch *watch, struct buffer *out)
{
	ssize_t sent = 0;

	while (out->length && sent >= 0) {
		sent = send(fd, out->bytes, out->length, MSG_NOSIGNAL);
		if (sent >= 0)
			buffer_drop(out, (size_t) sent);
		else if (errno != EAGAIN && errno != EINTR)
			return false;
	}
	loop_watch_change(watch, out->length ? EPOLLIN | EPOLLOUT : EPOLLIN);
	return true;
}

bool sockets_address(const struct sockaddr *name, struct address *ret_address)
{
	struct address address = { 0 };

	if (name->sa_family == AF_INET) {
		const struct sockaddr_in *ipv4 = (const void *) name;

		address.family = ADDRESS_FAMILY_IPV4;
		address.prefix = 32;
		address.port = ntohs(ipv4->sin_port);
		memcpy(address.bytes, &ipv4->sin_addr, 4);
	} else if (name->sa_family == AF_INET6) {
		const struct sockaddr_in6 *ipv6 = (const void *) name;

		address.family = ADDRESS_FAMILY_IPV6;
		address.prefix = 128;
		address.port = ntohs(ipv6->sin6_port);
		memcpy(address.bytes, &ipv6->sin6_addr, 16);
	} else {
		return false;
	}
	*ret_address = address;
	return true;
}
