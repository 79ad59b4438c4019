/* Owns the bans of the server: their maps and lists, and their end. Bans have a heap of their own
 * for their expiry, which sets a deadline of the world. Whom they match is in ban_matching.c. */
#include "world/bans.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/fields.h"
#include "base/mem.h"
#include "proto/mask.h"
#include "world/bans_inside.h"
#include "world/removed_bans.h"
#include "world/world.h"

static const struct field ban_fields[] = {
	{ 1, FIELD_U64, FIELD_AT(ban, uint64_t, number) },
	{ 2, FIELD_U8, FIELD_AT(ban, uint8_t, kind) },
	{ 3, FIELD_TEXT, FIELD_AT(ban, char *, mask) },
	{ 4, FIELD_TEXT, FIELD_AT(ban, char *, reason) },
	{ 5, FIELD_TEXT, FIELD_AT(ban, char *, setter) },
	{ 6, FIELD_U64, FIELD_AT(ban, uint64_t, set_wall_ms) },
	{ 7, FIELD_U64, FIELD_AT(ban, uint64_t, expires_wall_ms) },
	{ 8, FIELD_U64, FIELD_AT(ban, uint64_t, expiry.deadline_ms) },
	{ 9, FIELD_U8, FIELD_AT(ban, uint8_t, origin) },
	{ 10, FIELD_BOOL, FIELD_AT(ban, bool, is_stored) },
	{ 11, FIELD_U64, FIELD_AT(ban, uint64_t, n_hits) },
};

static const char *range_key(const void *item)
{
	return ((const struct ban_range *) item)->text;
}

static const struct ban_row rows[] = {
	[BAN_KIND_USER] = { 'K', "K-line" },
	[BAN_KIND_ADDRESS] = { 'D', "D-line" },
	[BAN_KIND_NICK] = { 'Q', "RESV" },
	[BAN_KIND_CHANNEL] = { 'Q', "RESV" },
	[BAN_KIND_REALNAME] = { 'X', "X-line" },
	[BAN_KIND_MUTE] = { 'S', "SHUN" },
	[BAN_KIND_EXEMPT] = { 'E', "E-line" },
};
static_assert(ARRAY_LENGTH(rows) == BAN_KINDS, "each kind has a row, and BAN_KINDS counts it");

const struct ban_row *ban_row(enum ban_kind kind)
{
	return &rows[kind];
}

void bans_init(struct bans *bans)
{
	*bans = (struct bans){ 0 };
	list_init(&bans->removed);
	for (size_t i = 0; i < BAN_KINDS; i++)
		list_init(&bans->masks[i]);
	map_init(&bans->ranges, range_key, 0, 0);
}

static void write_range(const struct address *range, char text[BAN_RANGE_BYTES])
{
	size_t length;

	address_format(range, text);
	length = strlen(text);
	snprintf(text + length, BAN_RANGE_BYTES - length, "/%u", range->prefix);
}

struct ban_range *bans_find_range(const struct bans *bans, const struct address *range)
{
	char text[BAN_RANGE_BYTES];

	write_range(range, text);
	return map_find(&bans->ranges, text);
}

static uint32_t *prefix_count(struct bans *bans, const struct address *range)
{
	return &bans->prefixes[range->family == ADDRESS_FAMILY_IPV6][range->prefix];
}

static void add_to_range(struct bans *bans, struct ban *ban)
{
	struct ban_range *range = bans_find_range(bans, &ban->range);
	struct ban **end;

	if (!range) {
		range = mem_new(sizeof(*range));
		write_range(&ban->range, range->text);
		map_add(&bans->ranges, range);
		++*prefix_count(bans, &ban->range);
	}
	for (end = &range->oldest; *end; end = &(*end)->next_of_range)
		;
	*end = ban;
}

static void remove_from_range(struct bans *bans, const struct ban *ban)
{
	struct ban_range *range = bans_find_range(bans, &ban->range);
	struct ban **at = &range->oldest;

	while (*at != ban)
		at = &(*at)->next_of_range;
	*at = ban->next_of_range;
	if (range->oldest)
		return;
	--*prefix_count(bans, &ban->range);
	map_remove(&bans->ranges, range);
	free(range);
}

const char *ban_host(const struct ban *ban)
{
	return ban_kind_has_host((enum ban_kind) ban->kind) ? strrchr(ban->mask, '@') + 1
							    : ban->mask;
}

bool ban_has_range(const struct ban *ban)
{
	return ban->range.family != ADDRESS_FAMILY_NONE;
}

void ban_split_mask(struct ban *ban)
{
	bool has_name = ban_kind_has_host((enum ban_kind) ban->kind);
	bool may_have_range = has_name || ban->kind == BAN_KIND_ADDRESS;

	if (has_name)
		ban->name_mask = mem_text_n(ban->mask, (size_t) (ban_host(ban) - 1 - ban->mask));
	if (!may_have_range || !address_parse_network(ban_host(ban), &ban->range))
		ban->range = (struct address){ 0 };
}

static void put_in(struct bans *bans, struct ban *ban)
{
	ban_split_mask(ban);
	ban->expiry.order = ban->number;
	ordered_add(&bans->all, ban->number, ban);
	bans->counts[ban->kind]++;
	if (ban_has_range(ban))
		add_to_range(bans, ban);
	else
		list_add_last(&bans->masks[ban->kind], &ban->in_masks);
}

struct ban *ban_new(struct world *world, enum ban_kind kind, const char *mask, const char *setter,
	const char *reason)
{
	struct ban *ban = mem_new(sizeof(*ban));

	list_init(&ban->in_masks);
	ban->number = ++world->next_number;
	ban->kind = (uint8_t) kind;
	ban->mask = mem_text(mask);
	ban->setter = mem_text(setter);
	ban->reason = mem_text(reason);
	ban->set_wall_ms = world->wall_ms;
	put_in(&world->bans, ban);
	world->bans.n_exempt_changes += kind == BAN_KIND_EXEMPT;
	bans_touch(&world->bans);
	return ban;
}

void ban_expire_after(struct world *world, struct ban *ban, uint64_t duration_ms)
{
	ban->expires_wall_ms = world->wall_ms + duration_ms;
	heap_set(&world->bans.expiries, &ban->expiry, world->now_ms + duration_ms);
}

void ban_set_configured(struct bans *bans, struct ban *ban, const char *place, const char *reason)
{
	ban->origin = BAN_ORIGIN_CONFIGURATION;
	if (ban->is_stored)
		bans_note_removed(bans, (enum ban_kind) ban->kind, ban->mask);
	ban->is_stored = false;
	ban->expires_wall_ms = 0;
	heap_remove(&bans->expiries, &ban->expiry);
	mem_set_text(&ban->setter, place);
	mem_set_text(&ban->reason, reason);
}

void ban_free_unlisted(struct ban *ban)
{
	free(ban->mask);
	free(ban->name_mask);
	free(ban->reason);
	free(ban->setter);
	free(ban);
}

void ban_free(struct bans *bans, struct ban *ban)
{
	if (ban->is_stored)
		bans_note_removed(bans, (enum ban_kind) ban->kind, ban->mask);
	heap_remove(&bans->expiries, &ban->expiry);
	ordered_remove(&bans->all, ban->number);
	bans->counts[ban->kind]--;
	bans->n_exempt_changes += ban->kind == BAN_KIND_EXEMPT;
	if (ban->kind == BAN_KIND_ADDRESS)
		bans->ended[bans->n_ended++ % BANS_ENDED] = ban->range;
	list_remove(&ban->in_masks);
	if (ban_has_range(ban))
		remove_from_range(bans, ban);
	ban_free_unlisted(ban);
}

void bans_done(struct bans *bans)
{
	struct ban *ban;

	while ((ban = ordered_from(&bans->all, 0)))
		ban_free(bans, ban);
	bans_forget_removed(bans);
	ordered_done(&bans->all);
	map_done(&bans->ranges);
	heap_done(&bans->expiries);
}

struct ban *bans_find(const struct world *world, enum ban_kind kind, const char *mask)
{
	struct ban *ban;

	ORDERED_EACH (ban, &world->bans.all)
		if (ban->kind == kind && mask_equals(world->casemap, ban->mask, mask))
			return ban;
	return NULL;
}

struct ban *bans_first_expiring(const struct bans *bans)
{
	struct heap_node *first = heap_first(&bans->expiries);

	return first ? CONTAINER_OF(first, struct ban, expiry) : NULL;
}

void ban_save(struct buffer *out, uint16_t id, const struct ban *ban)
{
	size_t record = pack_begin(out, id);

	fields_save(out, ban_fields, ARRAY_LENGTH(ban_fields), ban);
	pack_end(out, record);
}

static bool is_whole_ban(const struct bans *bans, const struct ban *ban)
{
	return ban->mask && ban->reason && ban->setter && ban->kind &&
	       ban->number > ordered_last_number(&bans->all);
}

/* Snapshots of a later release may contain unknown kinds and masks. */
static bool is_known(const struct ban *ban)
{
	CLEANUP(mem_freep) char *complete = NULL;

	if (ban->kind >= BAN_KINDS)
		return false;
	complete = ban_mask_complete((enum ban_kind) ban->kind, ban->mask);
	return complete && strcmp(complete, ban->mask) == 0;
}

bool ban_load(struct world *world, struct pack record)
{
	struct ban *ban = mem_new(sizeof(*ban));
	struct pack_field field;
	bool does_make_sense;

	list_init(&ban->in_masks);
	while (pack_next(&record, &field))
		fields_load(ban_fields, ARRAY_LENGTH(ban_fields), ban, &field);
	does_make_sense = is_whole_ban(&world->bans, ban);
	if (!does_make_sense || !is_known(ban)) {
		ban_free_unlisted(ban);
		return does_make_sense;
	}
	if (ban->origin > BAN_ORIGIN_CONFIGURATION)
		ban->origin = BAN_ORIGIN_COMMAND; /* a later release has more */
	put_in(&world->bans, ban);
	if (ban->expires_wall_ms)
		heap_set(&world->bans.expiries, &ban->expiry, ban->expiry.deadline_ms);
	return true;
}

static bool is_in_bans(const struct bans *bans, const struct ban *ban)
{
	const struct ban *other;
	const struct ban_range *range;

	if (!ban_has_range(ban)) {
		LIST_EACH (other, &bans->masks[ban->kind], in_masks)
			if (other == ban)
				return true;
		return false;
	}
	range = bans_find_range(bans, &ban->range);
	other = range ? range->oldest : NULL;
	while (other && other != ban)
		other = other->next_of_range;
	return other && bans->prefixes[ban->range.family == ADDRESS_FAMILY_IPV6][ban->range.prefix];
}

const char *bans_check(const struct bans *bans, uint64_t next_number)
{
	uint32_t n[BAN_KINDS] = { 0 };
	size_t n_expiring = 0;
	const struct ban *ban;

	ORDERED_EACH (ban, &bans->all) {
		n[ban->kind]++;
		n_expiring += ban->expires_wall_ms != 0;
		if (!is_in_bans(bans, ban))
			return "a ban is not found by what it bans";
		if (!ban->expires_wall_ms != !ban->expiry.index)
			return "a ban has a time but no timer, or the reverse";
		if (ban->number > next_number)
			return "a ban's number is still to come";
	}
	for (size_t i = 0; i < BAN_KINDS; i++)
		if (n[i] != bans->counts[i])
			return "the bans are miscounted";
	return n_expiring != bans->expiries.count ? "a ban that is gone has a timer" : NULL;
}
