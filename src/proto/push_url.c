/* Owns what may be an endpoint.
 *
 * Parsers of URLs disagree about everything that is unusual: users before the host, backslashes,
 * numbers that are addresses, escapes in hosts. What one takes for a name, another connects to as
 * 127.0.0.1. So nothing unusual is accepted here, and curl sees the same host that was checked. */
#include "proto/push_url.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"

#define SCHEME "https://"
#define LABEL_BYTES 63

/* RFC 3986 2: what may stand in a path and a query. */
static bool is_push_path(const char *text)
{
	for (const char *at = text; *at; at++)
		if (!text_is_letter(*at) && !text_is_digit(*at) &&
			!strchr("-._~:/?@!$&'()*+,;=%", *at))
			return false;
	return true;
}

static bool is_host_byte(char byte)
{
	return text_is_letter(byte) || text_is_digit(byte) || byte == '-' || byte == '_';
}

/* The length of the label at the start; 0: there is none. */
static size_t label_length(const char *text)
{
	size_t length = 0;

	while (is_host_byte(text[length]))
		length++;
	return length > LABEL_BYTES || text[0] == '-' || (length && text[length - 1] == '-')
		       ? 0
		       : length;
}

/* URL Standard, "ends in a number": such a host is an address to some parsers, whatever is in
 * front: 2130706433, 0x7f.1, 127.0.0.0x1. */
static bool is_number_label(const char *label)
{
	if (label[0] == '0' && text_lower(label[1]) == 'x')
		return true;
	return label[strspn(label, "0123456789")] == '\0';
}

/* A name with at least one dot: a name without one is looked up in the domains of this machine. */
static bool is_push_name(const char *host)
{
	const char *label = host, *at = host;
	size_t n_labels = 0, length;

	while (true) {
		length = label_length(at);
		if (!length)
			return false;
		label = at;
		n_labels++;
		at += length;
		if (!*at)
			break;
		if (*at++ != '.')
			return false;
	}
	return n_labels > 1 && !is_number_label(label);
}

static bool take_push_address(struct push_url *url)
{
	url->is_address = !strchr(url->host, '/') && strcmp(url->host, "local") != 0 &&
			  address_parse_range(url->host, &url->address);
	return url->is_address;
}

static const char *read_push_host(const char *start, size_t length, struct push_url *url)
{
	bool is_bracketed = length > 2 && start[0] == '[' && start[length - 1] == ']';

	if (is_bracketed) {
		start++;
		length -= 2;
	}
	if (!length || length >= sizeof(url->host))
		return "names a host";
	for (size_t i = 0; i < length; i++)
		url->host[i] = text_lower(start[i]);
	url->host[length] = '\0';
	if (is_bracketed)
		return strchr(url->host, ':') && take_push_address(url)
			       ? NULL
			       : "has an IPv6 address between the brackets";
	if (strchr(url->host, ':') || (!take_push_address(url) && !is_push_name(url->host)))
		return "names a host: a domain name, or an address in its usual form";
	return NULL;
}

/* Behind the colon, up to the end of the authority. */
static bool read_push_port(const char *text, size_t length, uint16_t *ret_port)
{
	uint32_t port = 0;

	if (!length || length > 5 || text[0] == '0')
		return false;
	for (size_t i = 0; i < length; i++) {
		if (!text_is_digit(text[i]))
			return false;
		port = port * 10 + (uint32_t) (text[i] - '0');
	}
	if (port > UINT16_MAX)
		return false;
	*ret_port = (uint16_t) port;
	return true;
}

/* Where the host ends: at the colon of the port, which is not inside of brackets. */
static size_t host_length(const char *authority, size_t length)
{
	const char *bracket = authority[0] == '[' ? memchr(authority, ']', length) : NULL;
	const char *from = bracket ? bracket : authority;
	const char *colon = memchr(from, ':', length - (size_t) (from - authority));

	if (authority[0] == '[' && !bracket)
		return length;
	return colon ? (size_t) (colon - authority) : length;
}

static const char *read_authority(const char *authority, size_t length, struct push_url *url)
{
	size_t of_host;

	if (memchr(authority, '@', length))
		return "has no user before its host";
	of_host = length ? host_length(authority, length) : 0;
	if (of_host < length &&
		!read_push_port(authority + of_host + 1, length - of_host - 1, &url->port))
		return "has a port from 1 to 65535";
	return read_push_host(authority, of_host, url);
}

const char *push_url_parse(const char *text, struct push_url *ret_url)
{
	struct push_url url = { .port = PUSH_USUAL_PORT };
	const char *authority, *reason;
	size_t length;

	if (strlen(text) > PUSH_URL_BYTES)
		return "has at most 512 bytes";
	if (!text_starts_with(text, SCHEME))
		return "begins with https://";
	authority = text + strlen(SCHEME);
	length = strcspn(authority, "/?#\\");
	reason = read_authority(authority, length, &url);
	if (reason)
		return reason;
	if (authority[length] != '/' || !is_push_path(authority + length))
		return "has a path of letters, digits and the usual signs";
	*ret_url = url;
	return NULL;
}

void push_url_origin(const struct push_url *url, char origin[PUSH_ORIGIN_BYTES])
{
	bool has_brackets = url->is_address && strchr(url->host, ':');
	char port[8] = "";

	if (url->port != PUSH_USUAL_PORT)
		snprintf(port, sizeof(port), ":%u", url->port);
	snprintf(origin, PUSH_ORIGIN_BYTES, SCHEME "%s%s%s%s", has_brackets ? "[" : "", url->host,
		has_brackets ? "]" : "", port);
}
