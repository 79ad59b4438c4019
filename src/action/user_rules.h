/* Whether a message to a user is delivered, by its modes and lists. */
#pragma once

#include "action/speech.h"
#include "world/modes.h"

/* User modes that refuse messages except those of users on the ACCEPT list. */
#define USER_FLAGS_REFUSING (USER_FLAG_CALLER_ID | USER_FLAG_ONLY_REGISTERED | USER_FLAG_ONLY_TLS)

enum user_verdict {
	USER_VERDICT_DELIVER,
	USER_VERDICT_REFUSE, /* the caller has been sent the reason */
	USER_VERDICT_IGNORE, /* refused, but the caller must not notice */
};

/* Does speech->user accept it? Without a text it is an invitation or only tags. */
enum user_verdict user_rules_ask(const struct speech *speech);
