/* Owns the ranges that are in force, and those that replace them once all have arrived. */
#include "gate/banned.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/mem.h"

/* papod allows no more, see limits.server_bans; it refuses the clients of others itself. */
#define MOST_RANGES 100000
#define PREFIXES 129

/* Sorted, so that an address takes one search for each prefix length in use. */
struct ranges {
	struct address *items;
	size_t count;
	uint32_t prefixes[2][PREFIXES]; /* number of IPv4 and IPv6 ranges */
};

struct banned {
	struct ranges in_force;
	struct ranges next;
	bool has_next; /* it is being received */
};

struct banned *banned_new(void)
{
	return mem_new(sizeof(struct banned));
}

static void ranges_clear(struct ranges *ranges)
{
	free(ranges->items);
	*ranges = (struct ranges){ 0 };
}

void banned_free(struct banned *banned)
{
	if (!banned)
		return;
	ranges_clear(&banned->in_force);
	ranges_clear(&banned->next);
	free(banned);
}

static int compare_ranges(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct address)); /* it has no padding, and no port is set */
}

static void add_range(struct ranges *ranges, const struct address *range)
{
	if (ranges->count == MOST_RANGES)
		return;
	if (ranges->count % GATE_RANGES == 0)
		ranges->items = mem_resize(
			ranges->items, ranges->count + GATE_RANGES, sizeof(*ranges->items));
	ranges->items[ranges->count++] = *range;
	ranges->prefixes[range->family == ADDRESS_FAMILY_IPV6][range->prefix]++;
}

static void sort_ranges(struct ranges *ranges)
{
	if (ranges->count > 1)
		qsort(ranges->items, ranges->count, sizeof(*ranges->items), compare_ranges);
}

void banned_take(struct banned *banned, const struct gate_message *message)
{
	struct gate_bytes left = message->ranges;
	struct address range;

	if (message->is_first) {
		ranges_clear(&banned->next);
		banned->has_next = true;
	}
	while (gate_message_take_range(&left, &range))
		add_range(banned->has_next ? &banned->next : &banned->in_force, &range);
	if (banned->has_next && message->is_last) {
		ranges_clear(&banned->in_force);
		banned->in_force = banned->next;
		banned->next = (struct ranges){ 0 };
		banned->has_next = false;
	}
	if (!banned->has_next)
		sort_ranges(&banned->in_force);
}

bool banned_has(const struct banned *banned, const struct address *address)
{
	const struct ranges *ranges = &banned->in_force;
	const uint32_t *prefixes = ranges->prefixes[address->family == ADDRESS_FAMILY_IPV6];

	for (unsigned int prefix = 0; prefix < PREFIXES && ranges->count; prefix++) {
		struct address network;

		if (!prefixes[prefix])
			continue;
		network = address_network(address, (uint8_t) prefix);
		if (bsearch(&network, ranges->items, ranges->count, sizeof(network),
			    compare_ranges))
			return true;
	}
	return false;
}
