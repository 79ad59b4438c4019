/* Lines of another program's log of a channel, which become rows of its history with their own
 * times.
 *
 * A log knows seconds. The lines of one get its milliseconds, in their order, and of those that say
 * the same each has a number, by which the store knows the ones that it has. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"
#include "base/pack.h"
#include "world/world.h"

/* What became of lines. */
struct imported_lines {
	size_t n_rows;
	uint64_t n_too_old; /* they would be removed again */
	uint64_t n_too_new; /* of this minute, or of the future */
	uint64_t n_unfit;   /* malformed, or not recorded here */
	uint64_t last_id;   /* no row has a higher one */
};

/* Where they go. */
struct import_target {
	const struct world *world;
	const struct channel *channel;
	uint64_t since; /* no row has a lower id */
};

/* The channel with that name, if logs can be added to its history; NULL: they cannot, for the
 * reason that is appended. */
struct channel *import_messages_channel(
	const struct world *world, const char *name, struct buffer *reason);
/* Append the request for one line, as proto/history_row.h writes it. */
void import_message(const struct import_target *target, struct pack record,
	struct imported_lines *lines, struct buffer *out);
