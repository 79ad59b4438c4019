/* What the files of the bans share, and no other file. */
#pragma once

#include "world/bans.h"

#define BAN_RANGE_BYTES (ADDRESS_TEXT_BYTES + 4)

/* All bans with the same range. */
struct ban_range {
	struct ban *oldest;
	char text[BAN_RANGE_BYTES];
};

/* NULL: none of the bans has that range. */
struct ban_range *bans_find_range(const struct bans *bans, const struct address *range);

/* The host of a user@host mask, or the whole mask of another kind. */
const char *ban_host(const struct ban *ban);
bool ban_has_range(const struct ban *ban);
/* Set the name and the range of a ban with a mask. */
void ban_split_mask(struct ban *ban);
/* Free a ban that is not among those of a world. */
void ban_free_unlisted(struct ban *ban);
