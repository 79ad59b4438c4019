/* The last addresses that DNS blocklists had, so that administrators learn why a client was
 * refused: its registration is gone then. */
#pragma once

#include <stdint.h>

#include "base/address.h"
#include "base/buffer.h"
#include "base/pack.h"
#include "world/listing.h"

#define LISTED_ADDRESSES 64

struct listed_address {
	struct address address; /* of no family: the entry is free */
	uint8_t action;		/* enum blocklist_action */
	char *where;		/* see listing.h */
};

struct listed_addresses {
	struct listed_address entries[LISTED_ADDRESSES];
	uint32_t next; /* the entry that is replaced next */
};

void listed_addresses_done(struct listed_addresses *listed);
/* In place of an older entry. A listing without an action is none. */
void listed_address_note(
	struct world *world, const struct address *address, const struct listing *listing);
/* NULL: no list had it lately. */
const struct listed_address *listed_address_find(
	const struct world *world, const struct address *address);

void listed_addresses_save(struct buffer *out, uint16_t id, const struct world *world);
void listed_address_load(struct world *world, struct pack record);
