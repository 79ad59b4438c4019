/* Notifications as plain lines: "#channel text" and "TOKEN #channel text". */
#pragma once

#include "proto/notification_draft.h"

/* UTF-8 without NUL. */
bool notification_parse_text(struct notification_draft *draft, const char *bytes, size_t length);
