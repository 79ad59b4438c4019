/* Owns the order in which a gate hears of changes. */
#include "daemon/gate_news.h"

#include "proto/gate_message.h"

/* A gate that an earlier program in this process has greeted may still have the level that was set
 * there, so each hears the level once. */
static bool next_level(struct gate_news *gate, uint8_t level, struct buffer *packet)
{
	const struct gate_message message = { .kind = GATE_MESSAGE_KIND_LEVEL, .level = level };

	if (gate->has_level && gate->level == level)
		return false;
	gate->has_level = true;
	gate->level = level;
	gate_message_save(packet, &message);
	return true;
}

bool gate_news_next(
	struct gate_news *gate, const struct bans *bans, uint8_t level, struct buffer *packet)
{
	return next_level(gate, level, packet) || gate_bans_next(&gate->bans, bans, packet);
}
