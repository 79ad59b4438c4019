/* Owns what several files do with sockets. */
#include "push/sockets.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/epoll.h>

#include "net/unix_socket.h"

bool sockets_flush(int fd, struct loop_watch *watch, struct buffer *out)
{
	if (unix_socket_flush(fd, out) < 0)
		return false;
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
