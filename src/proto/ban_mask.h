/* The masks of bans of the server, as operators and administrators write them. */
#pragma once

#include <stdbool.h>

/* Saved in snapshots: a number never changes its meaning. */
enum ban_kind {
	BAN_KIND_USER = 1, /* user@host */
	BAN_KIND_ADDRESS,
	BAN_KIND_NICK,
	BAN_KIND_CHANNEL,
	BAN_KIND_REALNAME,
};
#define BAN_KINDS 6 /* the largest kind + 1 */

/* The mask as it is stored and shown, for example with an address range in its shortest form; the
 * caller frees. NULL: not a mask of that kind. */
char *ban_mask_complete(enum ban_kind kind, const char *given);
/* Would the mask match so many users that it must be a mistake? */
bool ban_mask_is_too_wide(enum ban_kind kind, const char *mask);
