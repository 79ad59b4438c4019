/* Owns the counting of clients per address, network and class. */
#include "world/census.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bucket.h"
#include "base/cleanup.h"
#include "base/fields.h"
#include "base/mem.h"
#include "base/text.h"

/* The prefix that one IPv6 customer usually has. */
#define NETWORK_BITS 64

/* Within LATELY_MS a place may open TIMES_LATELY times as many connections as it may have at
 * once. */
#define LATELY_MS 60000
#define TIMES_LATELY 2

struct place {
	struct list in_recent;
	uint64_t full_ms; /* bucket of connections it may open; see bucket.h */
	uint64_t came_ms; /* time of the last connection */
	uint32_t count;
	char text[];
};

/* The part of a place with recent connections that a snapshot contains. */
struct recent_place {
	char *text;
	uint64_t full_ms;
	uint64_t came_ms;
};

static const struct field recent_place_fields[] = {
	{ 1, FIELD_TEXT, FIELD_AT(recent_place, char *, text) },
	{ 2, FIELD_U64, FIELD_AT(recent_place, uint64_t, full_ms) },
	{ 3, FIELD_U64, FIELD_AT(recent_place, uint64_t, came_ms) },
};

#define PLACE_BYTES (ADDRESS_TEXT_BYTES + 4)

static const char *place_key(const void *item)
{
	return ((const struct place *) item)->text;
}

void census_init(struct census *census, uint64_t seed_low, uint64_t seed_high)
{
	*census = (struct census){ 0 };
	list_init(&census->recent);
	map_init(&census->places, place_key, seed_low, seed_high);
}

static void drop_if_unused(struct census *census, struct place *place)
{
	if (place->count || !list_is_empty(&place->in_recent))
		return;
	map_remove(&census->places, place);
	free(place);
}

/* Forget the places whose last connection was before this time. */
static void forget_until(struct census *census, uint64_t until_ms)
{
	while (!list_is_empty(&census->recent)) {
		struct place *place = LIST_FIRST(&census->recent, struct place, in_recent);

		if (place->came_ms >= until_ms)
			return;
		list_remove(&place->in_recent);
		drop_if_unused(census, place);
	}
}

void census_done(struct census *census)
{
	forget_until(census, UINT64_MAX);
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

static struct place *get_place(struct census *census, const char *text)
{
	struct place *place = map_find(&census->places, text);

	if (place)
		return place;
	place = mem_new(sizeof(*place) + strlen(text) + 1);
	memcpy(place->text, text, strlen(text) + 1);
	list_init(&place->in_recent);
	map_add(&census->places, place);
	return place;
}

static void change_count(struct census *census, const char *text, int change)
{
	struct place *place = get_place(census, text);

	place->count += (uint32_t) change;
	drop_if_unused(census, place);
}

/* All Unix peers are "local", so they are not counted. */
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

static struct rate rate_of(uint32_t limit)
{
	return (struct rate){ limit * TIMES_LATELY, LATELY_MS / 1000 };
}

static void note_place(struct census *census, const char *text, uint32_t limit, uint64_t now_ms)
{
	struct place *place = get_place(census, text);

	if (!limit)
		return;
	bucket_take_one(&place->full_ms, now_ms, rate_of(limit));
	place->came_ms = now_ms;
	list_remove(&place->in_recent);
	list_add_last(&census->recent, &place->in_recent);
}

void census_note_arrival(struct census *census, const struct class_settings *class,
	const struct address *address, uint64_t now_ms)
{
	char text[PLACE_BYTES];

	if (now_ms > LATELY_MS)
		forget_until(census, now_ms - LATELY_MS);
	if (!is_place(address))
		return;
	format_host(address, text);
	note_place(census, text, class->clients_per_address, now_ms);
	if (address->family != ADDRESS_FAMILY_IPV6)
		return;
	format_network(address, text);
	note_place(census, text, class->clients_per_network, now_ms);
}

static bool is_limit_reached(uint32_t limit, uint32_t count)
{
	return limit && count >= limit;
}

static bool is_place_crowded(const struct census *census, const char *text, uint32_t limit)
{
	const struct place *place = map_find(&census->places, text);

	return place && is_limit_reached(limit, place->count);
}

static bool is_rushed(
	const struct census *census, const char *text, uint32_t limit, uint64_t now_ms)
{
	const struct place *place = map_find(&census->places, text);
	uint64_t full_ms = place ? place->full_ms : 0;

	return limit && !bucket_take_one(&full_ms, now_ms, rate_of(limit));
}

const char *census_refuse(const struct census *census, const struct settings *settings,
	const struct class_settings *class, const struct address *address, uint64_t now_ms)
{
	char text[PLACE_BYTES];

	if (is_limit_reached(class->clients, census->classes[class - settings->classes]))
		return "Too many clients of this kind, try again later";
	if (!is_place(address))
		return NULL;
	format_host(address, text);
	if (is_place_crowded(census, text, class->clients_per_address))
		return "Too many connections from your address";
	if (is_rushed(census, text, class->clients_per_address, now_ms))
		return "Too many connections from your address lately, wait a minute";
	if (address->family != ADDRESS_FAMILY_IPV6)
		return NULL;
	format_network(address, text);
	if (is_place_crowded(census, text, class->clients_per_network))
		return "Too many connections from your network";
	if (is_rushed(census, text, class->clients_per_network, now_ms))
		return "Too many connections from your network lately, wait a minute";
	return NULL;
}

bool census_is_in_order(const struct census *census, uint64_t now_ms)
{
	const struct place *place;
	uint64_t came_ms = 0;

	LIST_EACH (place, &census->recent, in_recent) {
		if (place->came_ms < came_ms || place->came_ms > now_ms)
			return false;
		came_ms = place->came_ms;
	}
	return true;
}

void census_save(struct buffer *out, uint16_t id, const struct census *census)
{
	struct place *place;

	LIST_EACH (place, &census->recent, in_recent) {
		const struct recent_place saved = { place->text, place->full_ms, place->came_ms };
		size_t record = pack_begin(out, id);

		fields_save(out, recent_place_fields, ARRAY_LENGTH(recent_place_fields), &saved);
		pack_end(out, record);
	}
}

static void set_recent(struct census *census, const struct recent_place *saved)
{
	struct place *place = get_place(census, saved->text);

	place->full_ms = saved->full_ms;
	place->came_ms = saved->came_ms;
	list_remove(&place->in_recent);
	list_add_last(&census->recent, &place->in_recent);
}

void census_load(struct census *census, struct pack record)
{
	struct recent_place saved = { 0 };
	struct pack_field field;

	while (pack_next(&record, &field))
		fields_load(recent_place_fields, ARRAY_LENGTH(recent_place_fields), &saved, &field);
	if (saved.text)
		set_recent(census, &saved);
	free(saved.text);
}
