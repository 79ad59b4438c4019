/* Addresses from which somebody has talked here who was no newcomer any more: users who come back
 * from there are no newcomers. An address is IPv4, or the /64 network of IPv6. It is forgotten when
 * no user has talked from there for some days, or when a filter punishes it. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/address.h"
#include "base/buffer.h"
#include "base/list.h"
#include "base/map.h"
#include "base/pack.h"

struct world;

struct known_addresses {
	struct map by_text;
	struct list all;
	uint32_t count;
};

void known_addresses_init(struct known_addresses *known, uint64_t seed_low, uint64_t seed_high);
void known_addresses_done(struct known_addresses *known);

/* Is it known, and does the configuration want that? */
bool address_is_known(const struct world *world, const struct address *address);
/* Somebody who is no newcomer talks from there. */
void address_note_known(struct world *world, const struct address *address);
void address_forget_known(struct world *world, const struct address *address);

/* As the rows of moderation_rows.h. */
bool known_address_put_row(const struct world *world, const char *name, struct buffer *out);
bool known_address_take_row(struct world *world, const char *name, struct pack fields);
void known_addresses_touch(struct world *world);

void known_addresses_save(struct buffer *out, uint16_t id, const struct world *world);
void known_address_load(struct world *world, struct pack record);
const char *known_addresses_check(const struct known_addresses *known); /* as world_check() */
