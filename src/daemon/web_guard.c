/* Owns the memory of wrong tokens. */
#include "daemon/web_guard.h"

#include <stdlib.h>
#include <string.h>

#include "base/bucket.h"
#include "base/mem.h"

#define MOST_SUSPECTS 512

struct web_suspect {
	struct address network;
	uint64_t full_ms; /* see bucket.h */
	uint64_t wrong_ms;
};

struct web_guard {
	struct web_suspect suspects[MOST_SUSPECTS];
	size_t count;
};

static const struct rate wrong_rate = { WEB_GUARD_BURST, WEB_GUARD_SECONDS };

struct web_guard *web_guard_new(void)
{
	return mem_new(sizeof(struct web_guard));
}

void web_guard_free(struct web_guard *guard)
{
	free(guard);
}

/* Its index; the count: it is none. */
static size_t find_suspect(const struct web_guard *guard, const struct address *address)
{
	struct address network = address_household(address);
	size_t i = 0;

	while (i < guard->count &&
		memcmp(&guard->suspects[i].network, &network, sizeof(network)) != 0)
		i++;
	return i;
}

bool web_guard_admits(const struct web_guard *guard, const struct address *address, uint64_t now_ms)
{
	size_t i = find_suspect(guard, address);
	uint64_t full_ms = i < guard->count ? guard->suspects[i].full_ms : 0;

	return bucket_take_one(&full_ms, now_ms, wrong_rate);
}

static size_t oldest_suspect(const struct web_guard *guard)
{
	size_t oldest = 0;

	for (size_t i = 1; i < guard->count; i++)
		if (guard->suspects[i].wrong_ms < guard->suspects[oldest].wrong_ms)
			oldest = i;
	return oldest;
}

void web_guard_note_wrong(struct web_guard *guard, const struct address *address, uint64_t now_ms)
{
	size_t i = find_suspect(guard, address);

	if (i == guard->count) {
		i = guard->count < MOST_SUSPECTS ? guard->count++ : oldest_suspect(guard);
		guard->suspects[i] = (struct web_suspect){ .network = address_household(address) };
	}
	guard->suspects[i].wrong_ms = now_ms;
	(void) bucket_take_one(&guard->suspects[i].full_ms, now_ms, wrong_rate);
}
