/* The registered channels of each account that has founded some. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/list.h"
#include "base/map.h"

struct registered_channel;
struct world;

void founders_init(struct map *founders, uint64_t seed_low, uint64_t seed_high);

/* The channel has a founder now, or has none any more; harmless if that is 0. */
void founder_add(struct world *world, struct registered_channel *registered);
void founder_remove(struct world *world, struct registered_channel *registered);

/* In the order of their ids: struct registered_channel.in_founder. NULL: none. */
const struct list *founder_channels(const struct world *world, uint64_t account);
