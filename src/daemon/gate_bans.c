/* Owns the division of the bans into messages. */
#include "daemon/gate_bans.h"

#include "base/cleanup.h"
#include "proto/gate_message.h"

static bool is_up_to_date(const struct gate_bans *gate, const struct bans *bans)
{
	return gate->is_complete && gate->n_ended == bans->n_ended &&
	       gate->n_exempt_changes == bans->n_exempt_changes &&
	       gate->number > ordered_last_number(&bans->all);
}

/* True: these are all that are left. */
static bool collect_ranges(
	struct gate_bans *gate, const struct bans *bans, struct buffer *ret_ranges)
{
	const struct ban *ban;

	for (size_t n = 0; n < GATE_RANGES; n += ban->kind == BAN_KIND_ADDRESS) {
		ban = ordered_from(&bans->all, gate->number);
		if (!ban) {
			gate->number = ordered_last_number(&bans->all) + 1;
			return true;
		}
		gate->number = ban->number + 1;
		if (ban->kind == BAN_KIND_ADDRESS && !ban_has_exemption(bans, ban))
			gate_message_add_range(ret_ranges, &ban->range);
	}
	return false;
}

static void collect_ended(
	struct gate_bans *gate, const struct bans *bans, struct buffer *ret_ranges)
{
	for (; gate->n_ended != bans->n_ended; gate->n_ended++)
		gate_message_add_range(ret_ranges, &bans->ended[gate->n_ended % BANS_ENDED]);
}

static bool must_begin(const struct gate_bans *gate, const struct bans *bans)
{
	return !gate->has_begun || bans->n_ended - gate->n_ended > BANS_ENDED ||
	       gate->n_exempt_changes != bans->n_exempt_changes;
}

bool gate_bans_next(struct gate_bans *gate, const struct bans *bans, struct buffer *packet)
{
	CLEANUP(buffer_done) struct buffer ranges = { 0 };
	struct gate_message message = { .kind = GATE_MESSAGE_KIND_BANS };
	bool is_news = true;

	if (is_up_to_date(gate, bans))
		return false;
	message.is_first = must_begin(gate, bans);
	if (message.is_first)
		*gate = (struct gate_bans){
			.has_begun = true,
			.n_ended = bans->n_ended,
			.n_exempt_changes = bans->n_exempt_changes,
		};
	message.has_ended = gate->n_ended != bans->n_ended;
	if (message.has_ended) {
		collect_ended(gate, bans, &ranges);
	} else {
		is_news = !gate->is_complete; /* else only bans of other kinds may have been set */
		gate->is_complete = message.is_last = collect_ranges(gate, bans, &ranges);
	}
	message.ranges = (struct gate_bytes){ (const uint8_t *) ranges.bytes, ranges.length };
	if (is_news || ranges.length)
		gate_message_save(packet, &message);
	return is_news || ranges.length;
}
