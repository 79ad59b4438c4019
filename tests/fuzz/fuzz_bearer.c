/* Any bytes as a message with a bearer token: what is read of it lies inside, and is valid. */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "base/text.h"
#include "proto/bearer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_part(const char *part, const char *start, const char *end)
{
	size_t length = strlen(part);

	assert(length && part >= start && part + length <= end);
}

static void check_bearer(const struct bearer *bearer, const char *start, const char *end)
{
	check_part(bearer->token, start, end);
	for (const char *at = bearer->token; *at; at++)
		assert(*at > ' ' && *at < 0x7f);
	if (bearer->name) {
		check_part(bearer->name, start, end);
		assert(strlen(bearer->name) <= BEARER_NAME_BYTES);
		assert(text_is_utf8(bearer->name, strlen(bearer->name)));
	}
	if (bearer->type) {
		check_part(bearer->type, start, end);
		assert(strlen(bearer->type) <= BEARER_TYPE_BYTES);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(mem_freep) char *message = mem_new(size + 1);
	struct bearer bearer;

	memcpy(message, data, size);
	if (bearer_parse_oauth(message, size, &bearer))
		check_bearer(&bearer, message, message + size);
	memcpy(message, data, size);
	if (bearer_parse_ircv3(message, size, &bearer))
		check_bearer(&bearer, message, message + size);
	return 0;
}
