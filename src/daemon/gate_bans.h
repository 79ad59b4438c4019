/* The bans of addresses for one gate, which refuses such clients before their handshake.
 *
 * Bans are numbered, so new ones are those behind the last that was sent. Those that ended are sent
 * too, or else, after many ends, all that are left. The gate knows no exemptions: papod alone
 * decides on ranges in which an address is exempt, and sends all others again when that changes. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"
#include "world/bans.h"

/* How far a gate has come. All zero at first. */
struct gate_bans {
	bool has_begun;
	bool is_complete;
	uint64_t number;  /* of the next ban */
	uint64_t n_ended; /* of which it knows, see struct bans */
	uint64_t n_exempt_changes;
};

/* Append the next packet for the gate. False: it has them all. */
bool gate_bans_next(struct gate_bans *gate, const struct bans *bans, struct buffer *packet);
