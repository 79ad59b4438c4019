/* May a user join a channel? */
#pragma once

#include <stdbool.h>

#include "action/command.h"
#include "world/channel.h"

struct joining {
	struct call *call;
	struct channel *channel;
	const char *key; /* as given; NULL: none */
};

enum joining_refusal {
	JOINING_REFUSAL_NONE,
	JOINING_REFUSAL_BANNED,
	JOINING_REFUSAL_OPERATORS_ONLY,
	JOINING_REFUSAL_TLS_ONLY,
	JOINING_REFUSAL_REGISTERED_ONLY,
	JOINING_REFUSAL_INVITE_ONLY,
	JOINING_REFUSAL_KEY,
	JOINING_REFUSAL_FULL,
	JOINING_REFUSAL_THROTTLED,
};

/* The first reason to refuse, except mode j, which is temporary; counts no attempt. */
enum joining_refusal joining_find_closed(const struct joining *joining);
/* The first reason to refuse; an allowed attempt counts for the throttle. */
enum joining_refusal joining_find_refusal(const struct joining *joining);
void joining_say_refusal(const struct joining *joining, enum joining_refusal refusal);
