/* Any bytes as the start of a connection behind a proxy: the pieces in which they arrive do not
 * change the result, and what is accepted is valid. */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "base/text.h"
#include "proto/foreign.h"
#include "proto/proxy.h"

#define PREFIXES 300

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_text(const char *text, size_t text_bytes)
{
	size_t length = strnlen(text, text_bytes);

	assert(length < text_bytes && text_is_utf8(text, length));
	for (size_t i = 0; i < length; i++)
		assert((unsigned char) text[i] >= ' ' && text[i] != 0x7f);
}

static void check_client(const struct address *client)
{
	char text[ADDRESS_TEXT_BYTES];
	struct address again;

	if (client->family == ADDRESS_FAMILY_NONE)
		return;
	address_format(client, text);
	assert(address_parse_range(text, &again));
	again.port = client->port;
	assert(memcmp(&again, client, sizeof(again)) == 0);
}

static void check_header(const struct proxy_header *header, size_t length)
{
	assert(header->length && header->length <= length);
	assert(header->length <= PROXY_HEADER_BYTES);
	check_client(&header->client);
	check_text(header->tls_version, sizeof(header->tls_version));
	check_text(header->tls_suite, sizeof(header->tls_suite));
	check_text(header->name, sizeof(header->name));
	assert(header->is_tls || !header->has_certificate);
}

/* A part of the bytes gives the same result, or none yet. */
static void check_prefix(const char *bytes, size_t length, enum proxy_result result,
	const struct proxy_header *header)
{
	const char *reason = NULL;
	struct proxy_header earlier;
	enum proxy_result found = proxy_parse(bytes, length, &earlier, &reason);

	assert(found == PROXY_RESULT_WAITS || found == result);
	if (found == PROXY_RESULT_ACCEPTED)
		assert(memcmp(&earlier, header, sizeof(earlier)) == 0);
	if (found == PROXY_RESULT_MALFORMED)
		assert(reason && *reason);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *bytes = (const char *) data, *reason;
	struct proxy_header header;
	enum proxy_result result = proxy_parse(bytes, size, &header, &reason);

	for (size_t n = 0; n <= size; n += 1 + size / PREFIXES)
		check_prefix(bytes, n, result, &header);
	if (result == PROXY_RESULT_ACCEPTED) {
		check_header(&header, size);
		assert(strcmp(foreign_protocol(bytes, size), "PROXY") == 0);
	}
	assert(result != PROXY_RESULT_WAITS || size < PROXY_HEADER_BYTES);
	return 0;
}
