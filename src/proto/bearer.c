/* Owns the syntax of messages with a bearer token. */
#include "proto/bearer.h"

#include <string.h>

#include "base/text.h"

#define SEPARATOR '\1'

/* Visible ASCII: RFC 6750 2.1 allows fewer bytes, and no known kind of token has more. */
static bool is_bearer_token(const char *text)
{
	for (const char *at = text; *at; at++)
		if ((unsigned char) *at <= ' ' || (unsigned char) *at >= 0x7f)
			return false;
	return *text;
}

static bool is_bearer_name(const char *text)
{
	size_t length = strlen(text);

	return length && length <= BEARER_NAME_BYTES && text_is_utf8(text, length);
}

/* RFC 5801 4: "=2C" is a comma and "=3D" an equals sign; other uses of the sign are malformed. */
static bool unescape_name(char *name)
{
	char *to = name;

	for (const char *from = name; *from; from++) {
		if (*from != '=')
			*to++ = *from;
		else if (strncmp(from, "=2C", 3) == 0 || strncmp(from, "=3D", 3) == 0) {
			*to++ = from[1] == '2' ? ',' : '=';
			from += 2;
		} else {
			return false;
		}
	}
	*to = '\0';
	return is_bearer_name(name);
}

/* Cut off the text before the byte; NULL: the byte is not there. */
static char *cut_before(char **rest, char byte)
{
	char *text = *rest, *end = strchr(text, byte);

	if (!end)
		return NULL;
	*end = '\0';
	*rest = end + 1;
	return text;
}

/* RFC 5801 4, the header of GS2, up to its second comma. Channel binding is not for this mechanism.
 */
static bool cut_header(char **rest, struct bearer *bearer)
{
	const char *flag = cut_before(rest, ',');
	char *name = flag ? cut_before(rest, ',') : NULL;

	if (!name || (strcmp(flag, "n") != 0 && strcmp(flag, "y") != 0))
		return false;
	if (!*name)
		return true;
	bearer->name = name + 2;
	return text_starts_with(name, "a=") && unescape_name(name + 2);
}

/* RFC 7235: the scheme in any case of letters, and spaces. */
static bool read_authorization(const char *value, struct bearer *bearer)
{
	static const char scheme[] = "bearer ";

	for (size_t i = 0; scheme[i]; i++)
		if (text_lower(value[i]) != scheme[i])
			return false;
	bearer->token = value + strlen(scheme) + strspn(value + strlen(scheme), " ");
	return is_bearer_token(bearer->token);
}

static bool read_pair(char *pair, struct bearer *bearer)
{
	char *value = strchr(pair, '=');

	if (!value || value == pair)
		return false;
	*value++ = '\0';
	if (strcmp(pair, "auth") != 0)
		return true;
	return !bearer->token && read_authorization(value, bearer);
}

bool bearer_parse_oauth(char *message, size_t length, struct bearer *ret_bearer)
{
	struct bearer bearer = { 0 };
	char *rest = message, *pair;

	if (strlen(message) != length || !cut_header(&rest, &bearer) || *rest++ != SEPARATOR)
		return false;
	while ((pair = cut_before(&rest, SEPARATOR)) && *pair)
		if (!read_pair(pair, &bearer))
			return false;
	if (!pair || *rest || !bearer.token)
		return false;

	*ret_bearer = bearer;
	return true;
}

/* A key_name of message-tags. */
static bool is_token_type(const char *text)
{
	size_t length = 0;

	while (text_is_letter(text[length]) || text_is_digit(text[length]) || text[length] == '-')
		length++;
	return length && length <= BEARER_TYPE_BYTES && !text[length];
}

bool bearer_parse_ircv3(char *message, size_t length, struct bearer *ret_bearer)
{
	const char *end = message + length;
	struct bearer bearer = { .name = message, .type = message + strlen(message) + 1 };

	if (bearer.type >= end)
		return false;
	bearer.token = bearer.type + strlen(bearer.type) + 1;
	if (bearer.token >= end || bearer.token + strlen(bearer.token) != end ||
		!is_token_type(bearer.type) || !is_bearer_token(bearer.token))
		return false;
	if (*bearer.name && !is_bearer_name(bearer.name))
		return false;
	if (!*bearer.name)
		bearer.name = NULL;

	*ret_bearer = bearer;
	return true;
}
