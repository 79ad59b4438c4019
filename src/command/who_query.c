/* Owns parsing the options of WHO, and matching users. */
#include "command/who_query.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "proto/mask.h"
#include "world/operating.h"
#include "world/session.h"

#define BY_DEFAULT                                                                                 \
	((uint32_t) (WHO_FIELD_NICK | WHO_FIELD_USER | WHO_FIELD_HOST | WHO_FIELD_SERVER |         \
		     WHO_FIELD_REALNAME))

/* IRCv3 whox: sent instead of an address that the viewer may not see. */
#define ADDRESS_UNTOLD "255.255.255.255"

static uint32_t field_of(char letter)
{
	static const char letters[] = "tcuihsnfdlaor";
	const char *found = letter ? strchr(letters, letter) : NULL;

	return found ? UINT32_C(1) << (found - letters) : 0;
}

/* The letters before the percent sign: what to match, and o. */
static const char *parse_flags(struct who_query *query, const char *options)
{
	for (; *options && *options != '%'; options++) {
		char letter = text_lower(*options);

		if (letter == 'o')
			query->only_operators = true;
		else if (strchr("nuhsri", letter))
			query->by |= field_of(letter);
	}
	return options;
}

static bool is_token(const char *text)
{
	size_t length = strspn(text, "0123456789");

	return length && length < WHO_TOKEN_BYTES && !text[length];
}

static void parse_fields(struct who_query *query, const char *fields)
{
	for (; *fields && *fields != ','; fields++)
		query->fields |= field_of(text_lower(*fields));
	if (*fields && is_token(fields + 1))
		text_copy(query->token, sizeof(query->token), fields + 1);
}

void who_query_parse(struct who_query *query, const char *mask, const char *options)
{
	/* RFC 2812 3.6.1: 0 matches everybody. */
	*query = (struct who_query){ .mask = strcmp(mask, "0") == 0 ? "*" : mask, .token = "0" };
	if (!address_parse_network(query->mask, &query->network))
		query->network = (struct address){ 0 };
	if (options)
		options = parse_flags(query, options);
	if (options && *options)
		parse_fields(query, options + 1);
	if (!query->by)
		query->by = BY_DEFAULT;
}

static bool may_see_origin(const struct user *user, const struct session *viewer)
{
	return user == viewer->user || session_operator(viewer);
}

void who_address(const struct user *user, const struct session *viewer, char *text)
{
	const struct session *session;

	if (list_is_empty(&user->sessions) || !may_see_origin(user, viewer)) {
		text_copy(text, ADDRESS_TEXT_BYTES, ADDRESS_UNTOLD);
		return;
	}
	session = LIST_FIRST(&user->sessions, struct session, in_user);
	address_format(&session->address, text + 1);
	text[0] = '0';
	/* A leading colon, as in ::1, would end the parameters of a line. */
	if (text[1] != ':')
		memmove(text, text + 1, strlen(text));
}

/* Only addresses that the viewer may see match. */
static bool address_matches(
	const struct who_query *query, const struct user *user, const struct session *viewer)
{
	bool is_seen = user->host == user->real_host || may_see_origin(user, viewer);

	return query->network.family != ADDRESS_FAMILY_NONE && is_seen &&
	       query->by & (WHO_FIELD_HOST | WHO_FIELD_ADDRESS) &&
	       address_is_in(&user->address, &query->network);
}

bool who_query_matches(const struct who_query *query, const struct world *world,
	const struct user *user, const struct session *viewer)
{
	char address[ADDRESS_TEXT_BYTES + 1];
	const struct {
		uint32_t field;
		const char *text;
	} parts[] = {
		{ WHO_FIELD_NICK, user->nick },
		{ WHO_FIELD_USER, user->name },
		{ WHO_FIELD_HOST, user->host },
		{ WHO_FIELD_HOST, may_see_origin(user, viewer) ? user->real_host : user->host },
		{ WHO_FIELD_REALNAME, user->realname },
		{ WHO_FIELD_SERVER, world->settings->server_name },
		{ WHO_FIELD_ADDRESS, address },
	};

	if (query->by & WHO_FIELD_ADDRESS)
		who_address(user, viewer, address);
	for (size_t i = 0; i < ARRAY_LENGTH(parts); i++)
		if (query->by & parts[i].field &&
			mask_match_name(world->casemap, query->mask, parts[i].text))
			return true;
	return address_matches(query, user, viewer);
}
