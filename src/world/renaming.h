/* What a channel was called before: for a while who asks for the old name is shown the new
 * one, and nobody else can have it. IRCv3 channel-rename, "Channel redirection". */
#pragma once

#include <stdint.h>

#include "base/buffer.h"
#include "base/list.h"
#include "base/pack.h"

struct world;
struct channel;

/* How many old names a channel may have; the oldest are forgotten. */
#define RENAMINGS 3

struct renaming {
	struct list in_channel;
	struct channel *channel;
	char *name;	     /* the old one */
	char *folded;	     /* the same as the map's key */
	uint64_t expires_ms; /* in the event clock */
};

/* The channel has given that name up. Nobody may have it. */
void renaming_new(struct world *world, struct channel *channel, const char *name);

/* Somebody takes the name: it leads nowhere any more. */
void renaming_forget(struct world *world, const char *name);
void renamings_forget_of_channel(struct world *world, struct channel *channel);

/* The channel that had this name not long ago; NULL: none. */
struct channel *renaming_find(const struct world *world, const char *name);

void renamings_save(struct buffer *out, uint16_t id, const struct channel *channel);
void renaming_load(struct world *world, struct channel *channel, struct pack record);
