/* The masks of bans of the server, as operators and administrators write them. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* Saved in snapshots: a number never changes its meaning. */
enum ban_kind {
	BAN_KIND_USER = 1, /* user@host */
	BAN_KIND_ADDRESS,
	BAN_KIND_NICK,
	BAN_KIND_CHANNEL,
	BAN_KIND_REALNAME,
	BAN_KIND_MUTE,	 /* user@host: what they send is not delivered */
	BAN_KIND_EXEMPT, /* user@host: no ban keeps them out */
};
#define BAN_KINDS 8 /* the largest kind + 1 */

#define BAN_REASON_BYTES 250 /* leaves room in a line for the text around it */
#define BAN_MASK_TOO_WIDE                                                                          \
	"it would match too many users: give at least three characters besides wildcards, or at "  \
	"least 8 bits of an IPv4 or 16 of an IPv6 address"

/* The kind that RESV sets: the mask shows whether it is a nickname or a channel. */
enum ban_kind ban_kind_of_name(const char *mask);
/* The commands that set bans, in small letters; NULL after the last. */
const char *ban_command_at(size_t index);
/* The kind that a command sets, named in small letters: "kline". False: no such command. */
bool ban_kind_of_command(const char *command, const char *mask, enum ban_kind *ret_kind);

/* Are its masks user@host? */
bool ban_kind_has_host(enum ban_kind kind);

/* The mask as it is stored and shown, for example with an address range in its shortest form; the
 * caller frees. NULL: not a mask of that kind. */
char *ban_mask_complete(enum ban_kind kind, const char *given);
/* Would the mask match so many users that it must be a mistake? */
bool ban_mask_is_too_wide(enum ban_kind kind, const char *mask);
