/* Owns the reading of struct sockaddr. */
#include "net/socket_address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

bool socket_address_read(const struct sockaddr *system, struct address *ret_address)
{
	struct address address = { 0 };

	if (system->sa_family == AF_INET) {
		const struct sockaddr_in *ipv4 = (const void *) system;

		address.family = ADDRESS_FAMILY_IPV4;
		address.prefix = 32;
		address.port = ntohs(ipv4->sin_port);
		memcpy(address.bytes, &ipv4->sin_addr, 4);
	} else if (system->sa_family == AF_INET6) {
		const struct sockaddr_in6 *ipv6 = (const void *) system;

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
