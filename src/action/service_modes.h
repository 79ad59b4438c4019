/* Modes that ChanServ sets: members' ranks, and changes of lists. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "action/views.h"
#include "base/buffer.h"
#include "proto/modestring.h"

/* Begin, note changes, end: they are announced in as few lines as hold them. */
struct service_modes {
	struct views views;
	struct modestring_change done[VIEWS_RANKED];
	struct buffer params[VIEWS_RANKED];
	size_t n_done;
	size_t n_bytes;
};

void service_modes_begin(struct service_modes *modes, struct world *world, struct outbox *outbox,
	struct channel *channel);
/* Set or unset one rank. */
void service_modes_set_rank(
	struct service_modes *modes, struct member *member, uint32_t rank, bool is_set);
/* The mask was added to the list with the letter, or removed from it. */
void service_modes_note_mask(
	struct service_modes *modes, char letter, bool is_set, const char *mask);
void service_modes_end(struct service_modes *modes);
