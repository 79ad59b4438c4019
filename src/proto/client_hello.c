/* Owns reading two extensions of a ClientHello. Libraries read them too late or not at all. */
#include "proto/client_hello.h"

#include <string.h>

#include "base/text.h"

#define HOST_NAME_TYPE 0
#define HEAD_BYTES 5

static size_t number_at(const uint8_t *bytes)
{
	return (size_t) bytes[0] << 8 | bytes[1];
}

bool client_hello_is_challenge(const uint8_t *extension, size_t length)
{
	static const char only[] = "\x00\x0b\x0a" CLIENT_HELLO_CHALLENGE;

	return length == sizeof(only) - 1 && memcmp(extension, only, length) == 0;
}

/* A list of one entry: length of the list, type of the entry, its length. */
bool client_hello_host(const uint8_t *extension, size_t length, char ret_host[DNS_NAME_BYTES + 1])
{
	const char *name = (const char *) extension + HEAD_BYTES;
	size_t n;

	if (length <= HEAD_BYTES || number_at(extension) != length - 2 ||
		extension[2] != HOST_NAME_TYPE)
		return false;
	n = length - HEAD_BYTES;
	if (number_at(extension + 3) != n || !dns_name_is_valid(name, n))
		return false;
	for (size_t i = 0; i < n; i++)
		ret_host[i] = text_lower(name[i]);
	ret_host[n] = '\0';
	return true;
}
