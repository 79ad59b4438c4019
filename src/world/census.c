/* Owns the counting of clients per address, network and class. */
#include "world/census.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"

/* The prefix that one IPv6 customer usually has. */
#define NETWORK_BITS 64

struct place {
	uint32_t count;
	char text[];
};

#define PLACE_BYTES (ADDRESS_TEXT_BYTES + 4)

static const char *place_key(const void *item)
{
	return ((const struct place *) item)->text;
}

void census_init(struct census *census, uint64_t seed_low, uint64_t seed_high)
{
	*census = (struct census){ 0 };
	map_init(&census->places, place_key, seed_low, seed_high);
}

void census_done(struct census *census)
{
	map_done(&census->places);
	free(census->classes);
	census->classes = NULL;
}

void census_reset_classes(struct census *census, size_t n_classes)
{
	free(census->classes);
	census->classes = mem_new(n_classes * sizeof(*census->classes));
	census->n_classes = n_classes;
}

void census_add_class(struct census *census, const struct settings *settings,
	const struct class_settings *class, int change)
{
	census->classes[class - settings->classes] += (uint32_t) change;
}

static void format_host(const struct address *address, char text[PLACE_BYTES])
{
	address_format(address, text);
}

static void format_network(const struct address *address, char text[PLACE_BYTES])
{
	struct address network = address_network(address, NETWORK_BITS);

	address_format(&network, text);
	text_copy(text + strlen(text), PLACE_BYTES - strlen(text), "/64");
}

static uint32_t count_at(const struct census *census, const char *text)
{
	const struct place *place = map_find(&census->places, text);

	return place ? place->count : 0;
}

static void change_count(struct census *census, const char *text, int change)
{
	struct place *place = map_find(&census->places, text);

	if (!place) {
		place = mem_new(sizeof(*place) + strlen(text) + 1);
		memcpy(place->text, text, strlen(text) + 1);
		map_add(&census->places, place);
	}
	place->count += (uint32_t) change;
	if (!place->count) {
		map_remove(&census->places, place);
		free(place);
	}
}

/* All Unix peers are "local": that is no place to count. */
static bool is_place(const struct address *address)
{
	return address->family == ADDRESS_FAMILY_IPV4 || address->family == ADDRESS_FAMILY_IPV6;
}

static void change_address(struct census *census, const struct address *address, int change)
{
	char text[PLACE_BYTES];

	if (!is_place(address))
		return;
	format_host(address, text);
	change_count(census, text, change);
	if (address->family != ADDRESS_FAMILY_IPV6)
		return;
	format_network(address, text);
	change_count(census, text, change);
}

void census_add_address(struct census *census, const struct address *address)
{
	change_address(census, address, 1);
}

void census_remove_address(struct census *census, const struct address *address)
{
	change_address(census, address, -1);
}

static bool is_full(uint32_t limit, uint32_t count)
{
	return limit && count >= limit;
}

const char *census_refuse(const struct census *census, const struct settings *settings,
	const struct class_settings *class, const struct address *address)
{
	char text[PLACE_BYTES];

	if (is_full(class->clients, census->classes[class - settings->classes]))
		return "Too many clients of this kind, try again later";
	if (!is_place(address))
		return NULL;
	format_host(address, text);
	if (is_full(class->clients_per_address, count_at(census, text)))
		return "Too many connections from your address";
	if (address->family != ADDRESS_FAMILY_IPV6)
		return NULL;
	format_network(address, text);
	if (is_full(class->clients_per_network, count_at(census, text)))
		return "Too many connections from your network";
	return NULL;
}
