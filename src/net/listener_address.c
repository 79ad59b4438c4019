/* Owns what the addresses of sockets mean: which are equal, and how humans write them. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/un.h>

#include "net/listener.h"
#include "net/socket_address.h"

static const struct sockaddr_in *as_ipv4(const struct target *target)
{
	return (const void *) &target->address;
}

static const struct sockaddr_in6 *as_ipv6(const struct target *target)
{
	return (const void *) &target->address;
}

static const struct sockaddr_un *as_unix(const struct target *target)
{
	return (const void *) &target->address;
}

static size_t unix_length(const struct target *target)
{
	return target->length - offsetof(struct sockaddr_un, sun_path);
}

bool target_of_socket(int fd, struct target *ret_target)
{
	struct target target = { .length = sizeof(target.address) };
	int only_ipv6 = 0, type = 0;
	socklen_t length = sizeof(int);

	if (getsockname(fd, (struct sockaddr *) &target.address, &target.length) < 0)
		return false;
	if (target.address.ss_family == AF_INET6 &&
		getsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &only_ipv6, &length) == 0)
		target.is_dual = !only_ipv6;
	if (getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &length) == 0)
		target.is_datagram = type == SOCK_DGRAM;
	*ret_target = target;
	return true;
}

bool target_is_unix(const struct target *target)
{
	return target->address.ss_family == AF_UNIX;
}

uint16_t target_port(const struct target *target)
{
	if (target->address.ss_family == AF_INET)
		return ntohs(as_ipv4(target)->sin_port);
	if (target->address.ss_family == AF_INET6)
		return ntohs(as_ipv6(target)->sin6_port);
	return 0;
}

const char *target_path(const struct target *target)
{
	if (!target_is_unix(target) || !unix_length(target) || !as_unix(target)->sun_path[0])
		return NULL;
	return as_unix(target)->sun_path;
}

static bool is_wildcard(const struct target *target)
{
	if (target->address.ss_family == AF_INET)
		return as_ipv4(target)->sin_addr.s_addr == htonl(INADDR_ANY);
	return target->address.ss_family == AF_INET6 &&
	       IN6_IS_ADDR_UNSPECIFIED(&as_ipv6(target)->sin6_addr);
}

static bool has_same_address(const struct target *a, const struct target *b)
{
	if (a->address.ss_family != b->address.ss_family)
		return false;
	switch (a->address.ss_family) {
	case AF_INET:
		return as_ipv4(a)->sin_addr.s_addr == as_ipv4(b)->sin_addr.s_addr;
	case AF_INET6:
		return IN6_ARE_ADDR_EQUAL(&as_ipv6(a)->sin6_addr, &as_ipv6(b)->sin6_addr) &&
		       as_ipv6(a)->sin6_scope_id == as_ipv6(b)->sin6_scope_id;
	case AF_UNIX:
		return target_path(a) && target_path(b) &&
		       strcmp(target_path(a), target_path(b)) == 0;
	}
	return false;
}

bool target_equals(const struct target *a, const struct target *b)
{
	return a->is_datagram == b->is_datagram && has_same_address(a, b) &&
	       target_port(a) == target_port(b) && (!is_wildcard(a) || a->is_dual == b->is_dual);
}

bool target_serves(const struct target *socket, const struct target *wanted)
{
	if (socket->is_datagram != wanted->is_datagram ||
		target_port(socket) != target_port(wanted))
		return false;
	if (is_wildcard(wanted) && is_wildcard(socket))
		return wanted->is_dual || socket->is_dual || has_same_address(socket, wanted);
	return has_same_address(socket, wanted);
}

bool target_overlaps(const struct target *a, const struct target *b)
{
	if (target_is_unix(a) || target_is_unix(b)) /* a file is of either kind */
		return has_same_address(a, b);
	if (a->is_datagram != b->is_datagram || target_port(a) != target_port(b))
		return false;
	if (a->address.ss_family != b->address.ss_family && !a->is_dual && !b->is_dual)
		return false;
	return is_wildcard(a) || is_wildcard(b) || has_same_address(a, b);
}

void target_address(const struct target *target, struct address *ret_address)
{
	*ret_address = (struct address){ 0 };
	if (target_is_unix(target))
		ret_address->family = ADDRESS_FAMILY_UNIX;
	else if (socket_address_read((const struct sockaddr *) &target->address, ret_address))
		address_unmap(ret_address);
}

static bool is_loopback(const struct target *target)
{
	struct address address;

	target_address(target, &address);
	return address_is_loopback(&address);
}

bool target_is_answerable(const struct target *target)
{
	if (!target_is_unix(target))
		return target_port(target) && is_loopback(target);
	/* A relative path begins at the sender's directory, which is unknown here. */
	return target_path(target) ? target_path(target)[0] == '/' : unix_length(target) > 1;
}

void target_describe(const struct target *target, struct buffer *out)
{
	struct address address;
	char text[ADDRESS_TEXT_BYTES];

	if (target_path(target)) {
		buffer_put_text(out, target_path(target));
	} else if (target_is_unix(target)) {
		buffer_put_byte(out, '@');
		if (unix_length(target) > 1)
			buffer_put(out, as_unix(target)->sun_path + 1, unix_length(target) - 1);
	} else {
		target_address(target, &address);
		address_format_port(&address, text);
		buffer_format(out, "%s%s", text, target->is_datagram ? "/udp" : "");
	}
}
