/* Owns the bans of the server: storing, finding and expiring them.
 *
 * There are two sorts. Ranges of addresses are found in a map, with one lookup for each prefix
 * length in use. Masks are tried one by one; limits.server_bans limits their number. Bans have a
 * heap of their own for their expiry, which sets a deadline of the world. */
#include "world/bans.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/fields.h"
#include "base/mem.h"
#include "proto/mask.h"
#include "world/removed_bans.h"
#include "world/world.h"

#define RANGE_BYTES (ADDRESS_TEXT_BYTES + 4)

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

/* All bans with the same range. */
struct ban_range {
	struct ban *oldest;
	char text[RANGE_BYTES];
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

static void write_range(const struct address *range, char text[RANGE_BYTES])
{
	size_t length;

	address_format(range, text);
	length = strlen(text);
	snprintf(text + length, RANGE_BYTES - length, "/%u", range->prefix);
}

static struct ban_range *find_range(const struct bans *bans, const struct address *range)
{
	char text[RANGE_BYTES];

	write_range(range, text);
	return map_find(&bans->ranges, text);
}

static uint32_t *prefix_count(struct bans *bans, const struct address *range)
{
	return &bans->prefixes[range->family == ADDRESS_FAMILY_IPV6][range->prefix];
}

static void add_to_range(struct bans *bans, struct ban *ban)
{
	struct ban_range *range = find_range(bans, &ban->range);
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
	struct ban_range *range = find_range(bans, &ban->range);
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

/* The host of a user@host mask, or the whole mask of another kind. */
static const char *host_of(const struct ban *ban)
{
	return ban_kind_has_host((enum ban_kind) ban->kind) ? strrchr(ban->mask, '@') + 1
							    : ban->mask;
}

static bool has_range(const struct ban *ban)
{
	return ban->range.family != ADDRESS_FAMILY_NONE;
}

static void split_ban_mask(struct ban *ban)
{
	bool has_name = ban_kind_has_host((enum ban_kind) ban->kind);
	bool may_have_range = has_name || ban->kind == BAN_KIND_ADDRESS;

	if (has_name)
		ban->name_mask = mem_text_n(ban->mask, (size_t) (host_of(ban) - 1 - ban->mask));
	if (!may_have_range || !address_parse_network(host_of(ban), &ban->range))
		ban->range = (struct address){ 0 };
}

static void put_in(struct bans *bans, struct ban *ban)
{
	split_ban_mask(ban);
	ban->expiry.order = ban->number;
	ordered_add(&bans->all, ban->number, ban);
	bans->counts[ban->kind]++;
	if (has_range(ban))
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

static void free_ban(struct ban *ban)
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
	if (has_range(ban))
		remove_from_range(bans, ban);
	free_ban(ban);
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

/* A subject, with values that are slow to compute. */
struct clues {
	const struct ban_subject *subject;
	char address[ADDRESS_TEXT_BYTES];
};

static struct clues clues_of(const struct ban_subject *subject)
{
	struct clues clues = { .subject = subject };

	address_format(&subject->address, clues.address);
	return clues;
}

/* A mask without a range may match any of the hosts, or the address. */
static bool fits_host(const struct ban *ban, const struct clues *clues)
{
	const char *host = host_of(ban);

	if (has_range(ban))
		return address_is_in(&clues->subject->address, &ban->range);
	for (size_t i = 0; i < BAN_SUBJECT_HOSTS; i++)
		if (clues->subject->hosts[i] && mask_match(host, clues->subject->hosts[i]))
			return true;
	return mask_match(host, clues->address);
}

/* Before a client has a name, only a ban of all names of its host is sure to match. */
static bool fits_name(const struct ban *ban, const struct ban_subject *subject)
{
	return subject->name ? mask_match(ban->name_mask, subject->name)
			     : strcmp(ban->name_mask, "*") == 0;
}

static bool ban_fits(const struct ban *ban, const struct clues *clues)
{
	const struct ban_subject *subject = clues->subject;

	switch ((enum ban_kind) ban->kind) {
	case BAN_KIND_ADDRESS:
		return address_is_in(&subject->address, &ban->range);
	case BAN_KIND_USER:
	case BAN_KIND_MUTE:
		return subject->name && fits_host(ban, clues) && fits_name(ban, subject);
	case BAN_KIND_EXEMPT:
		return fits_host(ban, clues) && fits_name(ban, subject);
	case BAN_KIND_REALNAME:
		return subject->realname && mask_match(ban->mask, subject->realname);
	case BAN_KIND_NICK:
	case BAN_KIND_CHANNEL:
		return false;
	}
	return false;
}

bool ban_mask_fits(enum ban_kind kind, const char *mask, const struct ban_subject *subject)
{
	struct ban *ban = mem_new(sizeof(*ban));
	struct clues clues = clues_of(subject);
	bool is_fitting;

	ban->kind = (uint8_t) kind;
	ban->mask = mem_text(mask);
	split_ban_mask(ban);
	is_fitting = ban_fits(ban, &clues);
	free_ban(ban);
	return is_fitting;
}

static bool is_address_exempt(const struct settings *settings, const struct address *address)
{
	for (size_t i = 0; i < settings->n_exempt_addresses; i++)
		if (address_is_in(address, &settings->exempt_addresses[i]))
			return true;
	return false;
}

#define KIND_BIT(kind) (UINT32_C(1) << (kind))
#define KINDS_REFUSING                                                                             \
	(KIND_BIT(BAN_KIND_USER) | KIND_BIT(BAN_KIND_ADDRESS) | KIND_BIT(BAN_KIND_REALNAME))

static bool is_of_kinds(const struct ban *ban, uint32_t kinds)
{
	return kinds & KIND_BIT(ban->kind);
}

/* Exemptions need not be fast: few bans fit. */
static const struct ban *find_eline(const struct bans *bans, const struct ban_subject *subject)
{
	struct clues clues;
	const struct ban *ban;

	if (!bans->counts[BAN_KIND_EXEMPT])
		return NULL;
	clues = clues_of(subject);
	ORDERED_EACH (ban, &bans->all)
		if (ban->kind == BAN_KIND_EXEMPT && ban_fits(ban, &clues))
			return ban;
	return NULL;
}

const char *bans_find_exemption(
	const struct bans *bans, enum ban_kind kind, const struct ban_subject *subject)
{
	const struct settings *settings = bans->settings;
	const struct ban *eline;

	if (kind != BAN_KIND_USER && kind != BAN_KIND_ADDRESS)
		return NULL;
	eline = find_eline(bans, subject);
	if (eline && subject->ret_exempting)
		*subject->ret_exempting = eline->number;
	if (eline)
		return "ELINE";
	if (!settings)
		return NULL;
	if (is_address_exempt(settings, &subject->address))
		return "exempt.addresses";
	for (size_t i = 0; kind == BAN_KIND_USER && i < settings->n_exempt_users; i++)
		if (ban_mask_fits(kind, settings->exempt_users[i], subject))
			return "exempt.users";
	return NULL;
}

/* Their name need not be *: who they are is not known yet. */
static bool has_eline_in_range(const struct bans *bans, const struct address *range)
{
	const struct ban *ban;

	if (!bans->counts[BAN_KIND_EXEMPT])
		return false;
	ORDERED_EACH (ban, &bans->all)
		if (ban->kind == BAN_KIND_EXEMPT && strcmp(ban->name_mask, "*") == 0 &&
			(!has_range(ban) || address_is_in(&ban->range, range) ||
				address_is_in(range, &ban->range)))
			return true;
	return false;
}

bool ban_has_exemption(const struct bans *bans, const struct ban *ban)
{
	const struct settings *settings = bans->settings;

	if (has_eline_in_range(bans, &ban->range))
		return true;
	for (size_t i = 0; settings && i < settings->n_exempt_addresses; i++) {
		const struct address *exempt = &settings->exempt_addresses[i];

		if (address_is_in(exempt, &ban->range) || address_is_in(&ban->range, exempt))
			return true;
	}
	return false;
}

void bans_set_exemptions(struct bans *bans, const struct settings *settings)
{
	bans->n_exempt_changes += settings_exempt_differ(bans->settings, settings);
	bans->settings = settings;
}

static bool ban_applies(const struct bans *bans, const struct ban *ban, const struct clues *clues)
{
	return ban_fits(ban, clues) &&
	       !bans_find_exemption(bans, (enum ban_kind) ban->kind, clues->subject);
}

static const struct ban *match_range(
	const struct bans *bans, const struct clues *clues, unsigned int prefix, uint32_t kinds)
{
	struct address network = address_network(&clues->subject->address, (uint8_t) prefix);
	const struct ban_range *range = find_range(bans, &network);
	const struct ban *ban = range ? range->oldest : NULL;

	while (ban && (!is_of_kinds(ban, kinds) || !ban_applies(bans, ban, clues)))
		ban = ban->next_of_range;
	return ban;
}

/* Try all ranges that contain the address, the shortest prefix first. */
static const struct ban *match_ranges(
	const struct bans *bans, const struct clues *clues, uint32_t kinds)
{
	uint8_t family = clues->subject->address.family;
	const uint32_t *prefixes = bans->prefixes[family == ADDRESS_FAMILY_IPV6];
	unsigned int bits = family == ADDRESS_FAMILY_IPV6   ? 128
			    : family == ADDRESS_FAMILY_IPV4 ? 32
							    : 0;

	for (unsigned int prefix = 0; prefix <= bits && bans->ranges.count; prefix++) {
		const struct ban *ban =
			prefixes[prefix] ? match_range(bans, clues, prefix, kinds) : NULL;

		if (ban)
			return ban;
	}
	return NULL;
}

const struct ban *bans_match_address(const struct bans *bans, const struct address *address)
{
	struct ban_subject subject = { .address = *address };
	struct clues clues = { .subject = &subject };

	return match_ranges(bans, &clues, KIND_BIT(BAN_KIND_ADDRESS));
}

static const struct ban *match_masks(
	const struct bans *bans, enum ban_kind kind, const struct clues *clues)
{
	const struct ban *ban;

	LIST_EACH (ban, &bans->masks[kind], in_masks)
		if (ban_applies(bans, ban, clues))
			return ban;
	return NULL;
}

const struct ban *bans_match_subject(const struct bans *bans, const struct ban_subject *subject)
{
	struct clues clues = clues_of(subject);
	const struct ban *ban = match_ranges(bans, &clues, KINDS_REFUSING);

	if (!ban)
		ban = match_masks(bans, BAN_KIND_USER, &clues);
	return ban ? ban : match_masks(bans, BAN_KIND_REALNAME, &clues);
}

const struct ban *bans_match_mute(const struct bans *bans, const struct ban_subject *subject)
{
	struct clues clues = clues_of(subject);
	const struct ban *ban = match_ranges(bans, &clues, KIND_BIT(BAN_KIND_MUTE));

	return ban ? ban : match_masks(bans, BAN_KIND_MUTE, &clues);
}

const struct ban *bans_match_since(
	const struct bans *bans, const struct ban_subject *subject, uint64_t number)
{
	struct clues clues = clues_of(subject);
	struct ordered_walk walk = { .number = number };
	const struct ban *ban;

	while ((ban = ordered_next(&bans->all, &walk)))
		if (is_of_kinds(ban, KINDS_REFUSING) && ban_applies(bans, ban, &clues))
			return ban;
	return NULL;
}

const struct ban *bans_match_name(const struct world *world, enum ban_kind kind, const char *name)
{
	char folded[CASEMAP_KEY_BYTES];
	const struct ban *ban;

	if (list_is_empty(&world->bans.masks[kind]))
		return NULL;
	casemap_fold_into(world->casemap, folded, name);
	LIST_EACH (ban, &world->bans.masks[kind], in_masks)
		if (mask_match_folded(world->casemap, ban->mask, folded))
			return ban;
	return NULL;
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
		free_ban(ban);
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

	if (!has_range(ban)) {
		LIST_EACH (other, &bans->masks[ban->kind], in_masks)
			if (other == ban)
				return true;
		return false;
	}
	range = find_range(bans, &ban->range);
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
