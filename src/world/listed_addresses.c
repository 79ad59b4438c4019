/* Owns the last addresses that DNS blocklists had. */
#include "world/listed_addresses.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/fields.h"
#include "base/mem.h"
#include "world/world.h"

static const struct field listed_fields[] = {
	{ 1, FIELD_ADDRESS, FIELD_AT(listed_address, struct address, address) },
	{ 2, FIELD_U8, FIELD_AT(listed_address, uint8_t, action) },
	{ 3, FIELD_TEXT, FIELD_AT(listed_address, char *, where) },
};

static bool is_listed_address(const struct listed_address *entry, const struct address *address)
{
	return entry->where && entry->address.family == address->family &&
	       memcmp(entry->address.bytes, address->bytes, sizeof(address->bytes)) == 0;
}

const struct listed_address *listed_address_find(
	const struct world *world, const struct address *address)
{
	for (size_t i = 0; i < LISTED_ADDRESSES; i++)
		if (is_listed_address(&world->listed_addresses.entries[i], address))
			return &world->listed_addresses.entries[i];
	return NULL;
}

static struct listed_address *entry_for(
	struct listed_addresses *listed, const struct address *address)
{
	for (size_t i = 0; i < LISTED_ADDRESSES; i++)
		if (is_listed_address(&listed->entries[i], address))
			return &listed->entries[i];
	return &listed->entries[listed->next++ % LISTED_ADDRESSES];
}

void listed_address_note(
	struct world *world, const struct address *address, const struct listing *listing)
{
	struct listed_address *entry;

	if (!listing->where)
		return;
	entry = entry_for(&world->listed_addresses, address);
	entry->address = *address;
	entry->action = (uint8_t) listing->action;
	mem_set_text(&entry->where, listing->where);
}

void listed_addresses_done(struct listed_addresses *listed)
{
	for (size_t i = 0; i < LISTED_ADDRESSES; i++)
		free(listed->entries[i].where);
}

/* The oldest first, so that they are replaced in the same order. */
void listed_addresses_save(struct buffer *out, uint16_t id, const struct world *world)
{
	const struct listed_addresses *listed = &world->listed_addresses;

	for (uint32_t i = 0; i < LISTED_ADDRESSES; i++) {
		const struct listed_address *entry =
			&listed->entries[(listed->next + i) % LISTED_ADDRESSES];
		size_t record;

		if (!entry->where)
			continue;
		record = pack_begin(out, id);
		fields_save(out, listed_fields, ARRAY_LENGTH(listed_fields), entry);
		pack_end(out, record);
	}
}

void listed_address_load(struct world *world, struct pack record)
{
	struct listed_address loaded = { 0 }, *entry;
	struct pack_field field;

	while (pack_next(&record, &field))
		fields_load(listed_fields, ARRAY_LENGTH(listed_fields), &loaded, &field);
	if (!loaded.where)
		return;
	entry = entry_for(&world->listed_addresses, &loaded.address);
	free(entry->where);
	*entry = loaded;
}
