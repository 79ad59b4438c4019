/* What papod tells a gate without being asked: its bans, and which entries are logged. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "daemon/gate_bans.h"

/* How far a gate has come. All zero at first. */
struct gate_news {
	struct gate_bans bans;
	bool has_level;
	uint8_t level; /* see struct gate_message */
};

/* Append the next packet for the gate. False: it knows everything. */
bool gate_news_next(
	struct gate_news *gate, const struct bans *bans, uint8_t level, struct buffer *packet);
