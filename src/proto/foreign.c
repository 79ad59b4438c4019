/* Owns the table of first bytes that other protocols start with. Each of them is
 * something that no IRC client sends first. */
#include "proto/foreign.h"

#include <stdbool.h>
#include <string.h>

#include "base/cleanup.h"

struct mark {
	const char *protocol;
	const char *start;
	size_t length;
	const char *later; /* must follow on the same line; NULL: the start is enough */
};

#define MARK(protocol, start, later)                                                               \
	{                                                                                          \
		protocol, start, sizeof(start) - 1, later                                          \
	}

/* CONNECT and TRACE are commands of IRC too: there the words at the end tell. */
static const struct mark marks[] = {
	MARK("HTTP", "GET /", NULL),
	MARK("HTTP", "GET http", NULL),
	MARK("HTTP", "HEAD /", NULL),
	MARK("HTTP", "HEAD http", NULL),
	MARK("HTTP", "POST /", NULL),
	MARK("HTTP", "POST http", NULL),
	MARK("HTTP", "PUT /", NULL),
	MARK("HTTP", "DELETE /", NULL),
	MARK("HTTP", "PATCH /", NULL),
	MARK("HTTP", "OPTIONS /", NULL),
	MARK("HTTP", "OPTIONS *", NULL),
	MARK("HTTP", "PROPFIND /", NULL),
	MARK("HTTP", "CONNECT ", " HTTP/1."),
	MARK("HTTP", "TRACE ", " HTTP/1."),
	MARK("HTTP", "PRI * HTTP/2.0", NULL),
	MARK("RTSP", "OPTIONS ", " RTSP/1."),
	MARK("SIP", "OPTIONS sip:", NULL),
	MARK("TLS", "\x16\x03\x00", NULL),
	MARK("TLS", "\x16\x03\x01", NULL),
	MARK("TLS", "\x16\x03\x02", NULL),
	MARK("TLS", "\x16\x03\x03", NULL),
	MARK("SSH", "SSH-2.0-", NULL),
	MARK("SSH", "SSH-1.", NULL),
	MARK("SMTP", "EHLO ", NULL),
	MARK("SMTP", "HELO ", NULL),
	MARK("SOCKS", "\x04\x01", NULL),
	MARK("SOCKS", "\x04\x02", NULL),
	MARK("SOCKS", "\x05\x01", NULL),
	MARK("SOCKS", "\x05\x02", NULL),
	MARK("SOCKS", "\x05\x03", NULL),
	MARK("PROXY", "PROXY TCP4 ", NULL),
	MARK("PROXY", "PROXY TCP6 ", NULL),
	MARK("PROXY", "PROXY UNKNOWN", NULL),
	/* Version 2 goes on with CR LF QUIT LF, which must not be taken for lines. */
	MARK("PROXY", "\r\n\r\n\0", NULL),
	MARK("RDP", "\x03\x00\x00", NULL),
};

static bool line_contains(const char *bytes, size_t length, const char *words)
{
	const char *end = memchr(bytes, '\n', length);

	return memmem(bytes, end ? (size_t) (end - bytes) : length, words, strlen(words)) != NULL;
}

static bool is_marked(const struct mark *mark, const char *bytes, size_t length)
{
	/* The first byte says no to nearly all of them. */
	if (length < mark->length || *bytes != *mark->start ||
		memcmp(bytes, mark->start, mark->length) != 0)
		return false;
	return !mark->later || line_contains(bytes, length, mark->later);
}

const char *foreign_protocol(const char *bytes, size_t length)
{
	for (size_t i = 0; length && i < ARRAY_LENGTH(marks); i++)
		if (is_marked(&marks[i], bytes, length))
			return marks[i].protocol;
	return NULL;
}
