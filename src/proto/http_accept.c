/* Owns the members of Accept. */
#include "proto/http_accept.h"

#include <stddef.h>
#include <string.h>

#include "base/text.h"
#include "proto/http.h"
#include "proto/http_weight.h"

/* What one member says of the type. */
struct accepted {
	int weight;
	int precision; /* 0: nothing; 1: any type, 2: any of its kind, 3: this one */
};

/* The bytes before the separator, which is dropped with them. */
static struct http_text take_accept_piece(struct http_text *rest, char separator)
{
	const char *end = rest->length ? memchr(rest->bytes, separator, rest->length) : NULL;
	struct http_text piece = { rest->bytes, end ? (size_t) (end - rest->bytes) : rest->length };
	size_t taken = piece.length + (end != NULL);

	rest->bytes += taken;
	rest->length -= taken;
	return http_trim(piece);
}

static int precision_of(const struct http_text *range, const char *type)
{
	size_t kind = strcspn(type, "/") + 1;

	if (http_text_matches(range, type))
		return 3;
	if (range->length == kind + 1 && range->bytes[kind] == '*' &&
		strncasecmp(range->bytes, type, kind) == 0)
		return 2;
	return http_text_is(range, "*/*") ? 1 : 0;
}

static bool is_other_version(struct http_text value, const char *version)
{
	if (value.length >= 2 && *value.bytes == '"' && value.bytes[value.length - 1] == '"') {
		value.bytes++;
		value.length -= 2;
	}
	return version && !http_text_is(&value, version);
}

static struct accepted read_member(struct http_text member, const char *type, const char *version)
{
	struct http_text range = take_accept_piece(&member, ';');
	struct accepted accepted = { HTTP_MOST_WEIGHT, precision_of(&range, type) };

	while (member.length) {
		struct http_text value = take_accept_piece(&member, ';');
		struct http_text name = take_accept_piece(&value, '=');

		if (http_text_matches(&name, "q"))
			accepted.weight = http_parse_weight(&value);
		else if (http_text_matches(&name, "version") && is_other_version(value, version))
			accepted.precision = 0;
	}
	if (accepted.weight < 0)
		accepted.weight = 0;
	return accepted;
}

int http_accept_weight(const char *accept, const char *type, const char *version)
{
	struct http_text rest = { accept, accept ? strlen(accept) : 0 };
	struct accepted best = { 0, 0 };

	if (!accept)
		return HTTP_MOST_WEIGHT;
	while (rest.length) {
		struct accepted accepted =
			read_member(take_accept_piece(&rest, ','), type, version);

		if (accepted.precision > best.precision ||
			(accepted.precision == best.precision && accepted.weight > best.weight))
			best = accepted;
	}
	return best.precision ? best.weight : 0;
}
