/* May this user hear that? What users' modes and lists say of messages to them. */
#pragma once

#include "action/speech.h"
#include "world/modes.h"

/* User modes that refuse messages except those of users on the ACCEPT list. */
#define HEARING_FLAGS (USER_FLAG_CALLER_ID | USER_FLAG_ONLY_REGISTERED | USER_FLAG_ONLY_TLS)

enum hearing {
	HEARING_YES,
	HEARING_REFUSED,  /* and the caller has been told */
	HEARING_SILENCED, /* not either, but the caller shall not notice */
};

/* Of the user in it; without a text it is an invitation, or tags alone. */
enum hearing user_rules_ask(const struct speech *speech);
