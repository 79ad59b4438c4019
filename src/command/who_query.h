/* The options of a WHO: IRCv3 whox, "WHO mask [flags][%fields[,token]]". */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "world/user.h"
#include "world/world.h"

#define WHO_TOKEN_BYTES 4

/* In the order of 354. */
enum who_field {
	WHO_FIELD_TOKEN = 1 << 0,
	WHO_FIELD_CHANNEL = 1 << 1,
	WHO_FIELD_USER = 1 << 2,
	WHO_FIELD_ADDRESS = 1 << 3,
	WHO_FIELD_HOST = 1 << 4,
	WHO_FIELD_SERVER = 1 << 5,
	WHO_FIELD_NICK = 1 << 6,
	WHO_FIELD_FLAGS = 1 << 7,
	WHO_FIELD_DISTANCE = 1 << 8,
	WHO_FIELD_IDLE = 1 << 9,
	WHO_FIELD_ACCOUNT = 1 << 10,
	WHO_FIELD_RANK = 1 << 11,
	WHO_FIELD_REALNAME = 1 << 12,
};

struct who_query {
	const char *mask;
	struct address network; /* of the mask; family NONE: not an address */
	uint32_t by;		/* enum who_field: what the mask is matched against */
	uint32_t fields;	/* for 354; 0: send 352 */
	bool only_operators;
	char token[WHO_TOKEN_BYTES]; /* "0" if none or an invalid one was given */
};

/* Options may be NULL. The mask is borrowed. */
void who_query_parse(struct who_query *query, const char *mask, const char *options);

/* Does the mask match? Addresses and real hosts are compared only if the viewer may see them. */
bool who_query_matches(const struct who_query *query, const struct world *world,
	const struct user *user, const struct session *viewer);

/* The address of the user's first session, as a parameter for the viewer. The text has
 * ADDRESS_TEXT_BYTES + 1 bytes. */
void who_address(const struct user *user, const struct session *viewer, char *text);
