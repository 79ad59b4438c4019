/* Owns whom the bans of the server match, and who is exempt from them. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "proto/mask.h"
#include "world/bans_inside.h"
#include "world/world.h"

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
	const char *host = ban_host(ban);

	if (ban_has_range(ban))
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
	ban_split_mask(ban);
	is_fitting = ban_fits(ban, &clues);
	ban_free_unlisted(ban);
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
			(!ban_has_range(ban) || address_is_in(&ban->range, range) ||
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
	const struct ban_range *range = bans_find_range(bans, &network);
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
