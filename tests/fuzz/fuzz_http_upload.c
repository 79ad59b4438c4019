/* Any bytes as a request that uploads a file: what is read from it is safe to store and to send,
 * and credentials become messages that SASL can carry. The same bytes as the head of a stored file.
 */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "proto/bearer.h"
#include "proto/http_upload.h"
#include "proto/sasl.h"
#include "proto/upload_head.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_name(const struct http_request *request)
{
	CLEANUP(buffer_done) struct buffer line = { 0 };
	char name[UPLOAD_NAME_BYTES];

	memset(name, 'x', sizeof(name));
	http_upload_name(request, name);
	assert(memchr(name, '\0', sizeof(name)));
	assert(text_is_utf8(name, strlen(name)));
	assert(*name != '.' && *name != ' ');
	for (const char *at = name; *at; at++)
		assert((unsigned char) *at >= ' ' && *at != 0x7f && !strchr("\"*/:<>?\\|;%", *at));
	http_put_disposition(&line, true, name);
	assert(line.length > 2 && text_is_plain(line.bytes, line.length - 2));
	assert(strcmp(line.bytes + line.length - 2, "\r\n") == 0);
}

static void check_type(const struct http_request *request)
{
	static char image[] = "image/*", all[] = "*/*";
	static char *const images[] = { image }, *const any[] = { all };
	const struct http_served_type *served;
	char type[UPLOAD_TYPE_BYTES];

	if (!http_upload_type(request, type))
		return;
	assert(memchr(type, '\0', sizeof(type)) && strchr(type, '/') && !strchr(type, '*'));
	assert(text_is_plain(type, strlen(type)));
	assert(http_type_is_in(type, any, 1));
	assert(http_type_is_in(type, images, 1) == text_starts_with(type, "image/"));
	served = http_served_type(type);
	assert(served->is_shown == (strcmp(served->content_type, "application/octet-stream") != 0));
	assert(!strstr(served->content_type, "html") && !strstr(served->content_type, "xml"));
}

static void check_credentials(const struct http_request *request)
{
	CLEANUP(buffer_done) struct buffer message = { .is_secret = true };
	struct sasl_plain plain;
	struct bearer bearer;

	switch (http_read_credentials(request, &message)) {
	case HTTP_CREDENTIALS_NONE:
	case HTTP_CREDENTIALS_MALFORMED:
		assert(!message.length);
		return;
	case HTTP_CREDENTIALS_PLAIN:
		(void) sasl_parse_plain(message.bytes, message.length, &plain);
		return;
	case HTTP_CREDENTIALS_BEARER:
		assert(bearer_parse_oauth(message.bytes, message.length, &bearer));
		assert(!bearer.name && *bearer.token);
		return;
	case HTTP_CREDENTIALS_TOKEN:
		assert(message.length == 80);
		return;
	}
}

static void check_part(const struct http_request *request, uint64_t file_bytes)
{
	uint64_t first = 0, length = file_bytes;

	if (http_read_range(request, "\"a\"", file_bytes, &first, &length) ==
		HTTP_STATUS_PARTIAL_CONTENT)
		assert(length && first < file_bytes && length <= file_bytes - first);
	else
		assert(!first && length == file_bytes);
}

static void check_head(const uint8_t *data, size_t size)
{
	uint8_t bytes[UPLOAD_HEAD_BYTES] = { 0 }, again[UPLOAD_HEAD_BYTES];
	struct upload_head head, other;

	memcpy(bytes, data, size < sizeof(bytes) ? size : sizeof(bytes));
	if (!upload_head_load(bytes, &head))
		return;
	assert(head.account && head.length && head.type[0]);
	upload_head_save(&head, again);
	assert(upload_head_load(again, &other));
	assert(other.account == head.account && other.length == head.length);
	assert(strcmp(other.type, head.type) == 0 && strcmp(other.name, head.name) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct http_request request;
	const char *reason;

	check_head(data, size);
	if (http_parse((const char *) data, size, &request, &reason) != HTTP_STATUS_OK)
		return 0;
	check_name(&request);
	check_type(&request);
	check_credentials(&request);
	check_part(&request, 1);
	check_part(&request, 1000);
	(void) http_read_expectation(&request);
	return 0;
}
