/* Up to when a user has read a channel, or what another user writes. IRCv3 read-marker. */
#pragma once

#include "action/command.h"

/* Send the caller's session what is known of the target; nothing to clients without the
 * capability. */
void read_marker_show(struct call *call, const char *target);
