/* Notifications as irker's clients send them: {"to": "irc://host/channel", "privmsg": "text"}. */
#pragma once

#include "proto/notification_draft.h"

/* UTF-8 without NUL. */
bool notification_parse_json(struct notification_draft *draft, const char *bytes, size_t length);
