/* One line of an answer to WHO. */
#pragma once

#include "action/command.h"
#include "command/who_query.h"
#include "world/channel.h"

/* Send 352 or 354; the member is NULL if the line names no channel. */
void reply_who(struct call *call, const struct who_query *query, const struct user *user,
	const struct member *member);
