/* Owns the use of getnameinfo() and getaddrinfo(). */
#include "lookup/name_library.h"

#include <netdb.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/text.h"
#include "net/socket_address.h"

#define MOST_ADDRESSES 64

void name_library_prepare(void)
{
	/* resolv.conf(5). The search list would have the library ask for 2.0.0.127.list.example in
	 * the domain of this machine, too; a server there may know any name. */
	setenv("LOCALDOMAIN", ".", 0);
	setenv("RES_OPTIONS", "timeout:2 attempts:2", 0);
}

static enum resolve_answer answer_of_library(int error)
{
	switch (error) {
	case 0:
		return RESOLVE_ANSWER_YES;
	case EAI_NONAME:
#ifdef EAI_NODATA
	case EAI_NODATA:
#endif
		return RESOLVE_ANSWER_NO;
	}
	return RESOLVE_ANSWER_FAILED;
}

/* Names */

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

static void answer_name(const struct address *address, struct buffer *reply)
{
	char name[NI_MAXHOST];
	union any_address system;
	socklen_t length = to_system(address, &system);
	int error = getnameinfo(&system.any, length, name, sizeof(name), NULL, 0, NI_NAMEREQD);

	if (!error && text_is_utf8(name, strlen(name)))
		resolve_put_name(name, reply);
	else
		resolve_put_failure(error ? answer_of_library(error) : RESOLVE_ANSWER_NO, reply);
}

/* Addresses */

static void answer_addresses(const char *host, enum address_family family, struct buffer *reply)
{
	const struct addrinfo hints = {
		.ai_family = family == ADDRESS_FAMILY_IPV4   ? AF_INET
			     : family == ADDRESS_FAMILY_IPV6 ? AF_INET6
							     : AF_UNSPEC,
		.ai_socktype = SOCK_STREAM,
	};
	struct address addresses[MOST_ADDRESSES];
	struct addrinfo *found = NULL;
	size_t count = 0;
	int error = getaddrinfo(host, NULL, &hints, &found);

	if (error) {
		resolve_put_failure(answer_of_library(error), reply);
		return;
	}
	for (const struct addrinfo *one = found; one && count < MOST_ADDRESSES; one = one->ai_next)
		count += socket_address_read(one->ai_addr, &addresses[count]);
	freeaddrinfo(found);
	resolve_put_addresses(host, addresses, count, reply);
}

void name_library_answer(const struct resolve_question *question, struct buffer *reply)
{
	if (question->is_for_name)
		answer_name(&question->address, reply);
	else
		answer_addresses(question->host, question->family, reply);
}
