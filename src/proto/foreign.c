/* Owns the recognition of other protocols: by first bytes that no IRC client sends, and by request
 * lines, METHOD target PROTOCOL/version, as in HTTP and the like. */
#include "proto/foreign.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/cleanup.h"
#include "proto/http.h"

struct mark {
	const char *protocol;
	const char *start;
	size_t length;
};

#define MARK(protocol, start)                                                                      \
	{                                                                                          \
		protocol, start, sizeof(start) - 1                                                 \
	}

static const struct mark marks[] = {
	MARK("TLS", "\x16\x03\x00"),
	MARK("TLS", "\x16\x03\x01"),
	MARK("TLS", "\x16\x03\x02"),
	MARK("TLS", "\x16\x03\x03"),
	MARK("SSH", "SSH-2.0-"),
	MARK("SSH", "SSH-1."),
	MARK("SMTP", "EHLO "),
	MARK("SMTP", "HELO "),
	MARK("SMTP", "ehlo "),
	MARK("SMTP", "helo "),
	MARK("SOCKS", "\x04\x01"),
	MARK("SOCKS", "\x04\x02"),
	MARK("SOCKS", "\x05\x01"),
	MARK("SOCKS", "\x05\x02"),
	MARK("SOCKS", "\x05\x03"),
	MARK("PROXY", "PROXY TCP4 "),
	MARK("PROXY", "PROXY TCP6 "),
	MARK("PROXY", "PROXY UNKNOWN"),
	/* Version 2 continues with CR LF QUIT LF, which must not be parsed as lines. */
	MARK("PROXY", "\r\n\r\n\0"),
	MARK("RDP", "\x03\x00\x00"),
};

/* Methods that are recognised by the start of their target: the version may come much later. */
static const struct method {
	const char *name;
	const char *target; /* its first letters */
	const char *protocol;
} methods[] = {
	{ "GET", "/", "HTTP" },
	{ "GET", "http", "HTTP" },
	{ "HEAD", "/", "HTTP" },
	{ "HEAD", "http", "HTTP" },
	{ "POST", "/", "HTTP" },
	{ "POST", "http", "HTTP" },
	{ "PUT", "/", "HTTP" },
	{ "DELETE", "/", "HTTP" },
	{ "PATCH", "/", "HTTP" },
	{ "OPTIONS", "/", "HTTP" },
	{ "OPTIONS", "*", "HTTP" },
	{ "OPTIONS", "sip:", "SIP" },
	{ "PROPFIND", "/", "HTTP" },
	{ "PROPPATCH", "/", "HTTP" },
	{ "MKCOL", "/", "HTTP" },
	{ "COPY", "/", "HTTP" },
	{ "MOVE", "/", "HTTP" },
	{ "LOCK", "/", "HTTP" },
	{ "UNLOCK", "/", "HTTP" },
};

static const char *const versioned[] = { "HTTP", "RTSP", "SIP" };

/* Words that IRC clients, servers and gateways send first are never methods. */
static const char *const irc_words[] = { "AUTHENTICATE", "CAP", "ERROR", "METADATA", "NICK", "PASS",
	"PING", "PONG", "PROTOCTL", "QUIT", "SERVER", "SERVICE", "STARTTLS", "USER", "VERSION",
	"WEBIRC" };

/* One word of a line; bytes is NULL when there is none. */
struct word {
	const char *bytes;
	size_t length;
	bool is_last; /* the line ends behind it */
};

static bool is_blank_byte(char byte)
{
	return byte == ' ' || byte == '\t';
}

static bool is_line_end(char byte)
{
	return byte == '\r' || byte == '\n';
}

/* The next word from there, if it is followed by another byte. */
static struct word next_word(const char *at, const char *end)
{
	const char *start = at;
	struct word word;

	while (start < end && is_blank_byte(*start))
		start++;
	at = start;
	while (at < end && !is_blank_byte(*at) && !is_line_end(*at))
		at++;
	if (at == start || at == end)
		return (struct word){ 0 };
	word = (struct word){ start, (size_t) (at - start), false };
	while (at < end && is_blank_byte(*at))
		at++;
	word.is_last = at < end && is_line_end(*at);
	return word;
}

static bool word_is(const struct word *word, const char *text)
{
	return word->length == strlen(text) && strncasecmp(word->bytes, text, word->length) == 0;
}

static bool is_method(const struct word *word)
{
	if (!http_is_token(word->bytes, word->length))
		return false;
	for (size_t i = 0; i < ARRAY_LENGTH(irc_words); i++)
		if (word_is(word, irc_words[i]))
			return false;
	return true;
}

static bool is_digit(char byte)
{
	return byte >= '0' && byte <= '9';
}

/* The name of the protocol in HTTP/1.1 or HTTP/2, or NULL. */
static const char *versioned_protocol(const struct word *word)
{
	for (size_t i = 0; i < ARRAY_LENGTH(versioned); i++) {
		size_t length = strlen(versioned[i]);

		if (word->length > length + 1 && word->bytes[length] == '/' &&
			strncasecmp(word->bytes, versioned[i], length) == 0 &&
			is_digit(word->bytes[length + 1]))
			return versioned[i];
	}
	return NULL;
}

static const char *method_protocol(const struct word *word, const char *target, const char *end)
{
	while (target < end && is_blank_byte(*target))
		target++;
	for (size_t i = 0; i < ARRAY_LENGTH(methods); i++) {
		size_t length = strlen(methods[i].target);

		if (word_is(word, methods[i].name) && (size_t) (end - target) >= length &&
			strncasecmp(target, methods[i].target, length) == 0)
			return methods[i].protocol;
	}
	return NULL;
}

/* RFC 9112 2.2: empty lines before the request are allowed; blanks may be repeated. */
static const char *request_protocol(const char *at, const char *end)
{
	struct word method, target, version;
	const char *protocol;

	while (at < end && is_line_end(*at))
		at++;
	method = at < end && !is_blank_byte(*at) ? next_word(at, end) : (struct word){ 0 };
	if (!method.bytes || method.is_last || !is_method(&method))
		return NULL;
	protocol = method_protocol(&method, method.bytes + method.length, end);
	if (protocol)
		return protocol;
	target = next_word(method.bytes + method.length, end);
	if (!target.bytes || target.is_last)
		return NULL;
	version = next_word(target.bytes + target.length, end);
	return version.bytes && version.is_last ? versioned_protocol(&version) : NULL;
}

static bool is_marked(const struct mark *mark, const char *bytes, size_t length)
{
	/* The first byte rules out nearly all marks. */
	return length >= mark->length && *bytes == *mark->start &&
	       memcmp(bytes, mark->start, mark->length) == 0;
}

const char *foreign_protocol(const char *bytes, size_t length)
{
	for (size_t i = 0; length && i < ARRAY_LENGTH(marks); i++)
		if (is_marked(&marks[i], bytes, length))
			return marks[i].protocol;
	return length ? request_protocol(bytes, bytes + length) : NULL;
}

static const char *advice_on(const char *protocol)
{
	if (strcmp(protocol, "TLS") == 0)
		return "turn TLS off in the client, or use the port for TLS if this network has "
		       "one";
	if (strcmp(protocol, "PROXY") == 0)
		return "turn the PROXY header off in the proxy, or list the proxy in "
		       "proxy_protocol of this listener";
	return "connect with an IRC client";
}

void foreign_answer(const char *protocol, char text[FOREIGN_ANSWER_BYTES])
{
	snprintf(text, FOREIGN_ANSWER_BYTES,
		"ERROR :This port speaks IRC without TLS, but was sent %s: %s\r\n", protocol,
		advice_on(protocol));
}
