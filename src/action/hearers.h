/* Who has got a message that is recent, and is to know what became of it. */
#pragma once

#include "action/command.h"
#include "world/channel.h"
#include "world/fanout.h"
#include "world/recent.h"

/* Send to the recipients of the message, and to its author and the caller even if their rank is
 * below. */
void hearers_tell(struct fanout *fanout, const struct call *call, const struct channel *channel,
	const struct recent_message *message);
