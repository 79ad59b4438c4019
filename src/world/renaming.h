/* Former names of channels. For a while an old name leads to the new one, and no other channel can
 * have it. IRCv3 channel-rename, "Channel redirection". */
#pragma once

#include <stdint.h>

#include "base/buffer.h"
#include "base/list.h"
#include "base/pack.h"

struct world;
struct channel;

/* The most old names of a channel; the oldest are forgotten. */
#define RENAMINGS 3

struct renaming {
	struct list in_channel;
	struct channel *channel;
	char *name;	     /* the old one */
	char *folded;	     /* the old name as the map's key */
	uint64_t expires_ms; /* in the event clock */
};

/* The channel has given up that name, which no channel may have now. */
void renaming_new(struct world *world, struct channel *channel, const char *name);

/* Another channel takes the name, so it no longer leads to the renamed one. */
void renaming_forget(struct world *world, const char *name);
void renamings_forget_of_channel(struct world *world, struct channel *channel);

/* The channel that had this name not long ago; NULL: none. */
struct channel *renaming_find(const struct world *world, const char *name);

void renamings_save(struct buffer *out, uint16_t id, const struct channel *channel);
void renaming_load(struct world *world, struct channel *channel, struct pack record);
