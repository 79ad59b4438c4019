/* Owns the ranges that are in force, and those that replace them once all have arrived. */
#include "gate/banned.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/mem.h"

/* papod allows no more, see limits.server_bans; it refuses the clients of others itself. */
#define MOST_RANGES 100000
#define PREFIXES 129

/* Sorted once they are complete, so that an address takes one search for each prefix length in
 * use. */
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

/* Where it is among sorted ones, or would be. */
static size_t find_range_place(const struct ranges *ranges, const struct address *range)
{
	size_t low = 0, high = ranges->count;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (compare_ranges(&ranges->items[middle], range) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool is_range_at(const struct ranges *ranges, size_t place, const struct address *range)
{
	return place < ranges->count && compare_ranges(&ranges->items[place], range) == 0;
}

static uint32_t *count_of(struct ranges *ranges, const struct address *range)
{
	return &ranges->prefixes[range->family == ADDRESS_FAMILY_IPV6][range->prefix];
}

static void insert_range(struct ranges *ranges, size_t place, const struct address *range)
{
	if (ranges->count == MOST_RANGES)
		return;
	if (ranges->count % GATE_RANGES == 0)
		ranges->items = mem_resize(
			ranges->items, ranges->count + GATE_RANGES, sizeof(*ranges->items));
	memmove(&ranges->items[place + 1], &ranges->items[place],
		(ranges->count - place) * sizeof(*ranges->items));
	ranges->items[place] = *range;
	ranges->count++;
	++*count_of(ranges, range);
}

static void remove_range(struct ranges *ranges, size_t place)
{
	--*count_of(ranges, &ranges->items[place]);
	ranges->count--;
	memmove(&ranges->items[place], &ranges->items[place + 1],
		(ranges->count - place) * sizeof(*ranges->items));
}

static void sort_ranges(struct ranges *ranges)
{
	if (ranges->count > 1)
		qsort(ranges->items, ranges->count, sizeof(*ranges->items), compare_ranges);
}

static void take_range(struct banned *banned, const struct address *range)
{
	size_t place = find_range_place(&banned->in_force, range);

	if (banned->has_next)
		insert_range(&banned->next, banned->next.count, range);
	else if (!is_range_at(&banned->in_force, place, range))
		insert_range(&banned->in_force, place, range);
}

/* Rare while a list is being received. */
static void end_range(struct banned *banned, const struct address *range)
{
	size_t place = find_range_place(&banned->in_force, range);

	if (is_range_at(&banned->in_force, place, range))
		remove_range(&banned->in_force, place);
	for (size_t i = 0; i < banned->next.count; i++)
		if (is_range_at(&banned->next, i, range))
			remove_range(&banned->next, i);
}

static void begin_ban_list(struct banned *banned)
{
	ranges_clear(&banned->next);
	banned->has_next = true;
}

static void end_ban_list(struct banned *banned)
{
	ranges_clear(&banned->in_force);
	banned->in_force = banned->next;
	banned->next = (struct ranges){ 0 };
	banned->has_next = false;
	sort_ranges(&banned->in_force);
}

void banned_take(struct banned *banned, const struct gate_message *message)
{
	struct gate_bytes left = message->ranges;
	struct address range;

	if (message->is_first)
		begin_ban_list(banned);
	while (gate_message_take_range(&left, &range))
		if (message->has_ended)
			end_range(banned, &range);
		else
			take_range(banned, &range);
	if (banned->has_next && message->is_last)
		end_ban_list(banned);
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
		if (is_range_at(ranges, find_range_place(ranges, &network), &network))
			return true;
	}
	return false;
}
