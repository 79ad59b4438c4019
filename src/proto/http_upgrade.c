/* Owns the opening handshake of WebSocket. Extensions are never accepted: compression needs memory
 * for each client, and reveals texts by their length. */
#include "proto/http_upgrade.h"

#include <string.h>

#include "base/base64.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "proto/sha1.h"

/* 16 bytes in base64. */
#define KEY_CHARACTERS 24
#define KEY_GUID "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"

_Static_assert(HTTP_ACCEPT_BYTES == BASE64_LENGTH(SHA1_BYTES) + 1, "the answer to a key");

/* IRCv3 websocket. */
static const char *const protocol_names[] = {
	[WEBSOCKET_PROTOCOL_TEXT] = "text.ircv3.net",
	[WEBSOCKET_PROTOCOL_BINARY] = "binary.ircv3.net",
};

static enum http_status refuse_upgrade(
	enum http_status status, const char *reason, const char **ret_reason)
{
	*ret_reason = reason;
	return status;
}

bool http_wants_websocket(const struct http_request *request)
{
	return http_has_member(request, HTTP_FIELD_UPGRADE, "websocket");
}

/* Base64 of 16 bytes has 22 characters, of which the last one has 2 bits, and two signs of
 * padding. */
static bool is_key(const struct http_text *key)
{
	if (key->length != KEY_CHARACTERS || memcmp(key->bytes + 22, "==", 2) != 0)
		return false;
	for (size_t i = 0; i < 21; i++)
		if (!text_is_letter(key->bytes[i]) && !text_is_digit(key->bytes[i]) &&
			key->bytes[i] != '+' && key->bytes[i] != '/')
			return false;
	return memchr("AQgw", key->bytes[21], 4);
}

/* RFC 6455 4.2.2. */
static void answer_key(const struct http_text *key, char accept[HTTP_ACCEPT_BYTES])
{
	char text[KEY_CHARACTERS + sizeof(KEY_GUID)];
	uint8_t digest[SHA1_BYTES];

	memcpy(text, key->bytes, KEY_CHARACTERS);
	memcpy(text + KEY_CHARACTERS, KEY_GUID, sizeof(KEY_GUID));
	sha1(text, sizeof(text) - 1, digest);
	base64_encode(digest, sizeof(digest), accept);
}

/* The client's order of preference decides. */
static enum websocket_protocol choose_protocol(const struct http_request *request)
{
	struct http_walk walk = http_walk_begin(request);
	struct http_text name;

	while (http_walk_next(&walk, HTTP_FIELD_WEBSOCKET_PROTOCOL, &name))
		for (size_t i = WEBSOCKET_PROTOCOL_TEXT; i < ARRAY_LENGTH(protocol_names); i++)
			if (http_text_is(&name, protocol_names[i]))
				return (enum websocket_protocol) i;
	return WEBSOCKET_PROTOCOL_NONE;
}

/* Is it a page of the host that it connects to? A browser leaves out the same default ports. */
static bool is_own_page(const struct http_text *origin, const struct http_text *host)
{
	const char *start = memmem(origin->bytes, origin->length, "://", 3);
	struct http_text name;

	if (!start || !host->length)
		return false;
	name.bytes = start + 3;
	name.length = origin->length - (size_t) (name.bytes - origin->bytes);
	return name.length == host->length &&
	       strncasecmp(name.bytes, host->bytes, name.length) == 0;
}

bool http_may_connect(const struct http_request *request, const char *const *origins)
{
	struct http_text origin;

	if (!http_get(request, HTTP_FIELD_ORIGIN, &origin))
		return true;
	if (!*origins)
		return is_own_page(&origin, &request->host);
	for (; *origins; origins++)
		if (strcmp(*origins, "*") == 0 || http_text_matches(&origin, *origins))
			return true;
	return false;
}

/* RFC 6455 4.2.1: what the request must have. The version comes first, as another one may have
 * other rules. */
static enum http_status check_handshake(
	const struct http_request *request, struct http_text *ret_key, const char **ret_reason)
{
	struct http_text version;

	if (!http_get(request, HTTP_FIELD_WEBSOCKET_VERSION, &version) ||
		!http_text_is(&version, "13"))
		return refuse_upgrade(HTTP_STATUS_UPGRADE_REQUIRED,
			"Only version 13 of WebSocket is supported", ret_reason);
	if (request->is_head || request->is_http10)
		return refuse_upgrade(
			HTTP_STATUS_BAD_REQUEST, "WebSocket needs GET and HTTP/1.1", ret_reason);
	if (!http_has_member(request, HTTP_FIELD_CONNECTION, "upgrade"))
		return refuse_upgrade(
			HTTP_STATUS_BAD_REQUEST, "Connection lacks Upgrade", ret_reason);
	if (!http_get(request, HTTP_FIELD_WEBSOCKET_KEY, ret_key) || !is_key(ret_key))
		return refuse_upgrade(HTTP_STATUS_BAD_REQUEST,
			"Sec-WebSocket-Key is missing or malformed", ret_reason);
	return HTTP_STATUS_SWITCHING_PROTOCOLS;
}

enum http_status http_check_upgrade(const struct http_request *request, const char *const *origins,
	struct http_upgrade *ret_upgrade, const char **ret_reason)
{
	struct http_text key;
	enum http_status status = check_handshake(request, &key, ret_reason);

	if (status != HTTP_STATUS_SWITCHING_PROTOCOLS)
		return status;
	if (!http_may_connect(request, origins))
		return refuse_upgrade(
			HTTP_STATUS_FORBIDDEN, "Pages of this origin may not connect", ret_reason);
	ret_upgrade->protocol = choose_protocol(request);
	answer_key(&key, ret_upgrade->accept);
	return status;
}

void http_put_upgrade(struct buffer *out, const struct http_upgrade *upgrade)
{
	buffer_format(out,
		"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
		"Sec-WebSocket-Accept: %s\r\n",
		upgrade->accept);
	if (upgrade->protocol != WEBSOCKET_PROTOCOL_NONE)
		buffer_format(
			out, "Sec-WebSocket-Protocol: %s\r\n", protocol_names[upgrade->protocol]);
	buffer_put_text(out, "\r\n");
}
