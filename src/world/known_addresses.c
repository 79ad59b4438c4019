/* Owns the addresses that are known. A day is precise enough, so an address is stored at most once
 * a day. If there are too many, the one that was heard longest ago gives way. */
#include "world/known_addresses.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/fields.h"
#include "base/mem.h"
#include "world/moderation.h"
#include "world/world.h"

#define KNOWN_IPV6_PREFIX 64
#define KNOWN_IPV4_PREFIX 32

struct known_address {
	struct list in_all;
	char *text;
	uint32_t day; /* when somebody talked there, see world_today() */
};

static const struct field known_fields[] = {
	{ 1, FIELD_TEXT, FIELD_AT(known_address, char *, text) },
	{ 2, FIELD_U32, FIELD_AT(known_address, uint32_t, day) },
};

static const struct field known_row_fields[] = {
	{ 64, FIELD_U32, FIELD_AT(known_address, uint32_t, day) },
};

static const char *known_key(const void *item)
{
	return ((const struct known_address *) item)->text;
}

void known_addresses_init(struct known_addresses *known, uint64_t seed_low, uint64_t seed_high)
{
	map_init(&known->by_text, known_key, seed_low, seed_high);
	list_init(&known->all);
	known->count = 0;
}

static void free_known(struct known_addresses *known, struct known_address *address)
{
	map_remove(&known->by_text, address);
	list_remove(&address->in_all);
	known->count--;
	free(address->text);
	free(address);
}

void known_addresses_done(struct known_addresses *known)
{
	while (known->count)
		free_known(known, LIST_FIRST(&known->all, struct known_address, in_all));
	map_done(&known->by_text);
}

static void add_known_address(struct known_addresses *known, const char *text, uint32_t day)
{
	struct known_address *address = mem_new(sizeof(*address));

	address->text = mem_text(text);
	address->day = day;
	map_add(&known->by_text, address);
	list_add_last(&known->all, &address->in_all);
	known->count++;
}

/* False: a Unix socket has no address. */
static bool write_known_network(const struct address *address, char text[ADDRESS_TEXT_BYTES])
{
	bool is_ipv6 = address->family == ADDRESS_FAMILY_IPV6;
	struct address network;

	if (!is_ipv6 && address->family != ADDRESS_FAMILY_IPV4)
		return false;
	network = address_network(address, is_ipv6 ? KNOWN_IPV6_PREFIX : KNOWN_IPV4_PREFIX);
	address_format_network(&network, text);
	return true;
}

static struct known_address *find_known(const struct world *world, const struct address *address)
{
	char text[ADDRESS_TEXT_BYTES];

	if (!world->settings->known_addresses || !world->known_addresses.count ||
		!write_known_network(address, text))
		return NULL;
	return map_find(&world->known_addresses.by_text, text);
}

static bool is_known_too_long_ago(const struct world *world, const struct known_address *address)
{
	return address->day + world->settings->known_days < world_today(world);
}

bool address_is_known(const struct world *world, const struct address *address)
{
	const struct known_address *known = find_known(world, address);

	return known && !is_known_too_long_ago(world, known);
}

static void touch_known(struct world *world, const char *text)
{
	moderation_touch(world, MODERATION_KIND_ADDRESS, text);
}

static void remove_known(struct world *world, struct known_address *address)
{
	touch_known(world, address->text);
	free_known(&world->known_addresses, address);
}

/* All that are too old go, otherwise the oldest. */
static void make_room_for_known(struct world *world)
{
	struct known_address *address, *after, *oldest = NULL;

	LIST_EACH_SAFE (address, after, &world->known_addresses.all, in_all)
		if (is_known_too_long_ago(world, address))
			remove_known(world, address);
	if (world->known_addresses.count < world->settings->known_addresses)
		return;
	LIST_EACH (address, &world->known_addresses.all, in_all)
		if (!oldest || address->day < oldest->day)
			oldest = address;
	if (oldest)
		remove_known(world, oldest);
}

void address_note_known(struct world *world, const struct address *address)
{
	char text[ADDRESS_TEXT_BYTES];
	struct known_address *known;

	if (!world->settings->known_addresses || !write_known_network(address, text))
		return;
	known = map_find(&world->known_addresses.by_text, text);
	if (known && known->day == world_today(world))
		return;
	if (known) {
		known->day = world_today(world);
	} else {
		if (world->known_addresses.count >= world->settings->known_addresses)
			make_room_for_known(world);
		add_known_address(&world->known_addresses, text, world_today(world));
	}
	touch_known(world, text);
}

void address_forget_known(struct world *world, const struct address *address)
{
	struct known_address *known = find_known(world, address);

	if (known)
		remove_known(world, known);
}

bool known_address_put_row(const struct world *world, const char *name, struct buffer *out)
{
	const struct known_address *known = map_find(&world->known_addresses.by_text, name);

	if (!known)
		return false;
	fields_save(out, known_row_fields, ARRAY_LENGTH(known_row_fields), known);
	return true;
}

static bool is_network(const char *text)
{
	struct address network;

	return strlen(text) < ADDRESS_TEXT_BYTES && address_parse_network(text, &network);
}

/* More than the configuration wants may be in the database: they give way to those that come. */
bool known_address_take_row(struct world *world, const char *name, struct pack pack)
{
	struct known_address fields = { .day = 0 };
	struct pack_field field;

	while (pack_next(&pack, &field))
		fields_load(known_row_fields, ARRAY_LENGTH(known_row_fields), &fields, &field);
	if (!is_network(name))
		return false;
	if (!map_find(&world->known_addresses.by_text, name))
		add_known_address(&world->known_addresses, name, fields.day);
	return true;
}

void known_addresses_touch(struct world *world)
{
	const struct known_address *address;

	LIST_EACH (address, &world->known_addresses.all, in_all)
		touch_known(world, address->text);
}

void known_addresses_save(struct buffer *out, uint16_t id, const struct world *world)
{
	const struct known_address *address;

	LIST_EACH (address, &world->known_addresses.all, in_all) {
		size_t record = pack_begin(out, id);

		fields_save(out, known_fields, ARRAY_LENGTH(known_fields), address);
		pack_end(out, record);
	}
}

void known_address_load(struct world *world, struct pack record)
{
	struct known_address fields = { .text = NULL };
	struct pack_field field;

	while (pack_next(&record, &field))
		fields_load(known_fields, ARRAY_LENGTH(known_fields), &fields, &field);
	if (fields.text && is_network(fields.text) &&
		!map_find(&world->known_addresses.by_text, fields.text))
		add_known_address(&world->known_addresses, fields.text, fields.day);
	free(fields.text);
}

const char *known_addresses_check(const struct known_addresses *known)
{
	const struct known_address *address;
	uint32_t count = 0;

	LIST_EACH (address, &known->all, in_all) {
		if (map_find(&known->by_text, address->text) != address)
			return "a known address is not found";
		count++;
	}
	return count != known->count ? "the known addresses are miscounted" : NULL;
}
