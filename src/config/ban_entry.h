/* Entries of the list bans. */
#pragma once

#include "base/buffer.h"
#include "config/settings.h"

/* Complete the mask, and name the entry, if it has a kind and a mask. False: such a mask is not
 * allowed, and why has the reason. */
bool ban_entry_complete(struct ban_settings *ban, struct buffer *why);
