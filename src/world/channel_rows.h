/* Registered channels as rows of the database, and back. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"
#include "proto/store_row.h"
#include "world/registered_channels.h"

struct change;

/* Rows that are about a channel that is registered, or will be. */
bool registered_channels_take_row(struct world *world, const struct store_row *row);

/* Channels are not registered any more, and those without members end. */
void registered_channels_forget(struct world *world);

/* The row of a channel, with its topic, modes and metadata. */
void registered_channel_put(struct buffer *out, const struct registered_channel *registered);
void channel_access_put(struct buffer *out, uint64_t account, uint32_t rank);
/* Add the row of the channel to the change, and those of the entries of its lists that differ from
 * the database, as many as a change can have. False: some are left. */
bool registered_channel_add_rows(
	struct world *world, struct change *change, const struct registered_channel *registered);
/* Such a change was stored, or not. */
void registered_channel_saved(struct world *world, const struct change *change, bool is_stored);
