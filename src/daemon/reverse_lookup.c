/* Owns the use of getnameinfo() and getaddrinfo() for clients' names. */
#include "daemon/reverse_lookup.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "base/mem.h"

union any_address {
	struct sockaddr any;
	struct sockaddr_in ipv4;
	struct sockaddr_in6 ipv6;
};

static socklen_t to_system(const struct address *address, union any_address *ret_system)
{
	union any_address system;

	memset(&system, 0, sizeof(system));
	*ret_system = system;
	if (address->family == ADDRESS_FAMILY_IPV4) {
		ret_system->ipv4.sin_family = AF_INET;
		memcpy(&ret_system->ipv4.sin_addr, address->bytes, 4);
		return sizeof(ret_system->ipv4);
	}
	ret_system->ipv6.sin6_family = AF_INET6;
	memcpy(&ret_system->ipv6.sin6_addr, address->bytes, 16);
	return sizeof(ret_system->ipv6);
}

static bool is_same_host(const struct sockaddr *found, const union any_address *wanted)
{
	union any_address copy;

	if (found->sa_family != wanted->any.sa_family)
		return false;
	if (found->sa_family == AF_INET) {
		memcpy(&copy.ipv4, found, sizeof(copy.ipv4));
		return copy.ipv4.sin_addr.s_addr == wanted->ipv4.sin_addr.s_addr;
	}
	memcpy(&copy.ipv6, found, sizeof(copy.ipv6));
	return memcmp(&copy.ipv6.sin6_addr, &wanted->ipv6.sin6_addr, 16) == 0;
}

/* The owner of an address can claim any name; only the owner of the name can confirm it. */
static bool leads_back(const char *name, const union any_address *address)
{
	struct addrinfo hints = { .ai_family = address->any.sa_family, .ai_socktype = SOCK_STREAM };
	struct addrinfo *found = NULL;
	bool is_confirmed = false;

	if (getaddrinfo(name, NULL, &hints, &found) != 0)
		return false;
	for (const struct addrinfo *one = found; one; one = one->ai_next)
		is_confirmed = is_confirmed || is_same_host(one->ai_addr, address);
	freeaddrinfo(found);
	return is_confirmed;
}

void reverse_lookup_run(struct job *job)
{
	char name[NI_MAXHOST];
	union any_address address;
	socklen_t length = to_system(&job->address, &address);

	int error = getnameinfo(&address.any, length, name, sizeof(name), NULL, 0, NI_NAMEREQD);

	job->status = error && error != EAI_NONAME ? EIO : ENOENT;
	if (error || !leads_back(name, &address))
		return;
	job->status = 0;
	job->text = mem_text(name);
}
