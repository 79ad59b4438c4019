/* Any bytes as an endpoint: what is accepted has one host, which means the same to every parser. */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "proto/push_url.h"
#include "proto/push_wall.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_host(const struct push_url *url)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789-_.";
	const char *last = strrchr(url->host, '.');

	assert(url->port && *url->host && strlen(url->host) < PUSH_HOST_BYTES);
	if (url->is_address) {
		assert(url->address.family == ADDRESS_FAMILY_IPV4 ||
			url->address.family == ADDRESS_FAMILY_IPV6);
		return;
	}
	assert(strspn(url->host, letters) == strlen(url->host));
	/* A name whose last label is a number is an address to others. */
	assert(last && last[1] && last[1 + strspn(last + 1, "0123456789")]);
	assert(strncmp(last + 1, "0x", 2) != 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(mem_freep) char *text = mem_text_n((const char *) data, size);
	char origin[PUSH_ORIGIN_BYTES], again[PUSH_ORIGIN_BYTES + 1];
	struct push_url url, other;
	const char *reason = push_url_parse(text, &url);
	struct address range;

	(void) push_wall_parse(text, &range);
	if (reason) {
		assert(*reason);
		return 0;
	}
	check_host(&url);
	assert(!strpbrk(text, "\\@# \r\n\t\"<>") || strchr(text + 8, '/') < strchr(text, '@'));
	push_url_origin(&url, origin);
	memcpy(again, origin, strlen(origin));
	memcpy(again + strlen(origin), "/", 2);
	assert(!push_url_parse(again, &other));
	assert(strcmp(url.host, other.host) == 0 && url.port == other.port &&
		url.is_address == other.is_address);
	return 0;
}
