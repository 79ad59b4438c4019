/* Addresses of channels as irker's clients write them: irc://host/channel. */
#pragma once

#include "proto/notification_draft.h"

/* Stores the name. Server, port, account and key of the URL are ignored. */
bool notification_url_channel(
	struct notification_draft *draft, const char *url, const char **ret_channel);
