/* Owns the texts of masks, and matching users with the lists of a channel. The kinds of extended
 * masks are in banmask_kinds.c. */
#include "world/banmask_inside.h"

#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/cleanup.h"
#include "base/mem.h"
#include "base/text.h"
#include "proto/mask.h"
#include "world/channel.h"
#include "world/modes.h"
#include "world/user.h"
#include "world/world.h"

#define MASK_BYTES 200
#define DEPTH 3 /* of nested masks */

static bool is_extended(const char *mask)
{
	return *mask == BANMASK_PREFIX;
}

/* The row of "$~a:value", whether it is negated, and its value, empty if there is none. */
static const struct banmask_kind *split_extended(
	const char *mask, bool *ret_is_negated, const char **ret_value)
{
	const char *at = mask + 1;
	size_t length;

	*ret_is_negated = *at == '~';
	at += *ret_is_negated;
	length = strcspn(at, ":");
	*ret_value = at + length + (at[length] == ':');
	return banmask_kind_find(at, length);
}

static bool matches_nobody(const struct banmask_question *question, const struct banmask *mask)
{
	(void) question;
	(void) mask;
	return false;
}

/* For kinds of a later release, and masks that are nested too deep. */
static const struct banmask_kind unknown = { .matches = matches_nobody };

static void parse_at(struct banmask *mask, const char *text, int depth);

static void parse_each(struct banmask *mask, int depth)
{
	CLEANUP(mem_freep) char *copy = mem_text(mask->value);
	char *rest = copy, *text;

	while ((text = text_split(&rest, ','))) {
		mask->inner = mem_resize(mask->inner, mask->n_inner + 1, sizeof(*mask->inner));
		parse_at(&mask->inner[mask->n_inner++], text, depth);
	}
}

static void parse_at(struct banmask *mask, const char *text, int depth)
{
	const char *value;

	*mask = (struct banmask){ 0 };
	if (!is_extended(text)) {
		hostmask_init(&mask->plain, text);
		return;
	}
	mask->kind = split_extended(text, &mask->is_negated, &value);
	if (!mask->kind || depth > DEPTH) {
		mask->kind = &unknown;
		mask->is_negated = false;
		return;
	}
	mask->value = mem_text(value);
	if (mask->kind->holds_masks)
		parse_each(mask, depth + 1);
}

struct banmask *banmask_parse(const char *text)
{
	struct banmask *mask = mem_new(sizeof(*mask));

	parse_at(mask, text, 1);
	return mask;
}

static void banmask_done(struct banmask *mask)
{
	for (size_t i = 0; i < mask->n_inner; i++)
		banmask_done(&mask->inner[i]);
	free(mask->inner);
	free(mask->value);
	hostmask_done(&mask->plain);
}

void banmask_free(struct banmask *mask)
{
	if (!mask)
		return;
	banmask_done(mask);
	free(mask);
}

/* An operator of a channel must not learn from a ban what a cloak hides. */
static bool matches_plain(const struct ban_target *target, const struct hostmask *mask)
{
	if (target->world->settings->cloak_bans_see_through)
		return user_matches(target->world, target->user, mask);
	return user_shows(target->world, target->user, mask);
}

bool banmask_answers(const struct banmask_question *question, const struct banmask *mask)
{
	if (!mask->kind)
		return matches_plain(question->target, &mask->plain);
	return mask->kind->matches(question, mask) != mask->is_negated;
}

static bool names_account(enum casemap casemap, const char *value, const char *account)
{
	CLEANUP(mem_freep) char *folded = casemap_fold(casemap, value);
	CLEANUP(mem_freep) char *wanted = casemap_fold(casemap, account);

	return strcmp(folded, wanted) == 0;
}

static size_t count_for_account(
	const struct banmask *mask, enum casemap casemap, const char *account)
{
	size_t n = 0;

	for (size_t i = 0; i < mask->n_inner; i++)
		n += banmask_is_for_account(&mask->inner[i], casemap, account);
	return n;
}

bool banmask_is_for_account(const struct banmask *mask, enum casemap casemap, const char *account)
{
	size_t n;

	if (!mask->kind || mask->is_negated)
		return false;
	if (mask->kind->holds_account)
		return names_account(casemap, mask->value, account);
	n = count_for_account(mask, casemap, account);
	return n && (n == mask->n_inner || mask->kind->needs_all);
}

static bool complete_at(const char *given, int depth, struct buffer *out);

static bool complete_each(const char *given, int depth, struct buffer *out)
{
	CLEANUP(mem_freep) char *copy = mem_text(given);
	char *rest = copy, *mask;

	while ((mask = text_split(&rest, ','))) {
		if (mask != copy)
			buffer_put_byte(out, ',');
		if (!complete_at(mask, depth, out))
			return false;
	}
	return true;
}

static bool complete_plain(const char *given, struct buffer *out)
{
	CLEANUP(mem_freep) char *mask = NULL;

	if (!mask_complete(given, MASK_BYTES, &mask))
		return false;
	buffer_put_text(out, mask);
	return true;
}

static bool complete_at(const char *given, int depth, struct buffer *out)
{
	const struct banmask_kind *kind;
	const char *value;
	bool is_negated;

	if (!is_extended(given))
		return complete_plain(given, out);
	kind = split_extended(given, &is_negated, &value);
	if (!kind || depth > DEPTH || (kind->needs_value && !*value))
		return false;
	buffer_put(out, given, (size_t) (value - given));
	if (kind->holds_masks)
		return complete_each(value, depth + 1, out);
	if (kind->complete && *value)
		return kind->complete(value, out);
	buffer_put_text(out, value);
	return !*value || kind->takes_mask;
}

bool banmask_complete(const char *given, char **ret_mask)
{
	struct buffer mask = { 0 };

	if (!mask_is_clean(given) || !complete_at(given, 1, &mask) || mask.length > MASK_BYTES) {
		buffer_done(&mask);
		return false;
	}
	*ret_mask = buffer_take(&mask);
	return true;
}

bool banmask_is_offered(
	const struct banmask *mask, const struct world *world, const struct settings *settings)
{
	if (mask->kind && !banmask_kind_is_offered(mask->kind, world, settings))
		return false;
	for (size_t i = 0; i < mask->n_inner; i++)
		if (!banmask_is_offered(&mask->inner[i], world, settings))
			return false;
	return true;
}

bool banmask_matches(const struct banmask *mask, const struct ban_target *target, bool is_speech)
{
	const struct banmask_question question = { .target = target, .is_speech = is_speech };

	return banmask_answers(&question, mask);
}

static bool banmask_any_matches(
	const struct masklist *list, const struct ban_target *target, bool is_speech)
{
	bool is_match = false;

	for (size_t i = 0; i < list->count && !is_match; i++)
		is_match = banmask_matches(list->entries[i].banmask, target, is_speech);
	user_drop_indexes(target->user);
	return is_match;
}

/* Is the host an address with wildcards, such as 192.0.2.* or 2001:db8:*? The first label of a
 * cloak is longer. */
static bool host_is_like_address(const char *host)
{
	size_t n_digits = strspn(host, "0123456789");

	if (strchr(host, ':'))
		return true;
	return n_digits && n_digits <= 3 && host[n_digits] == '.' &&
	       !host[strspn(host, "0123456789.*?")];
}

bool banmask_names_address(const struct banmask *mask)
{
	const char *at = mask->kind ? NULL : strrchr(mask->plain.text, '@');

	return at &&
	       (mask->plain.network.family != ADDRESS_FAMILY_NONE || host_is_like_address(at + 1));
}

bool banmask_shows(const struct banmask *mask, const struct world *world, const struct user *user)
{
	return !mask->kind && user_shows(world, user, &mask->plain);
}

struct renamed {
	enum casemap casemap;
	bool (*is_about)(const struct banmask_kind *kind);
	const char *old_name;
	const char *name;
	struct buffer mask;
	bool is_other;
};

static void rename_in(struct renamed *renamed, const char *mask, int depth);

static void rename_in_each(struct renamed *renamed, const char *masks, int depth)
{
	CLEANUP(mem_freep) char *copy = mem_text(masks);
	char *rest = copy, *mask;

	while ((mask = text_split(&rest, ','))) {
		if (mask != copy)
			buffer_put_byte(&renamed->mask, ',');
		rename_in(renamed, mask, depth);
	}
}

static void rename_in(struct renamed *renamed, const char *mask, int depth)
{
	const struct banmask_kind *kind = NULL;
	const char *value = mask;
	bool is_negated;

	if (is_extended(mask) && depth <= DEPTH)
		kind = split_extended(mask, &is_negated, &value);
	if (kind)
		buffer_put(&renamed->mask, mask, (size_t) (value - mask));
	if (kind && kind->holds_masks) {
		rename_in_each(renamed, value, depth + 1);
	} else if (kind && renamed->is_about(kind) &&
		   casemap_equals(renamed->casemap, value, renamed->old_name)) {
		buffer_put_text(&renamed->mask, renamed->name);
		renamed->is_other = true;
	} else {
		buffer_put_text(&renamed->mask, value);
	}
}

static char *rename_mask(struct renamed *renamed, const char *mask)
{
	if (!is_extended(mask))
		return NULL;
	rename_in(renamed, mask, 1);
	if (renamed->is_other && renamed->mask.length <= MASK_BYTES)
		return buffer_take(&renamed->mask);
	buffer_done(&renamed->mask);
	return NULL;
}

static bool is_about_channel(const struct banmask_kind *kind)
{
	return kind->holds_channel;
}

char *banmask_rename(enum casemap casemap, const char *mask, const char *old_name, const char *name)
{
	struct renamed renamed = { casemap, is_about_channel, old_name, name, { 0 }, false };

	return rename_mask(&renamed, mask);
}

static bool is_about_account(const struct banmask_kind *kind)
{
	return kind->holds_account;
}

char *banmask_without_account(enum casemap casemap, const char *mask, const char *account)
{
	CLEANUP(buffer_done) struct buffer name = { 0 };
	struct renamed renamed = { casemap, is_about_account, account, NULL, { 0 }, false };

	buffer_format(&name, "!%s", account);
	renamed.name = buffer_text(&name);
	return rename_mask(&renamed, mask);
}

/* Exceptions apply to bans and to quiets. */
static bool hits_channel_lists(const struct world *world, const struct channel *channel,
	const struct user *user, bool is_speech)
{
	const struct masklist *lists = channel->lists;
	const struct ban_target target = { world, user };
	bool is_hit;

	if (!lists[CHANNEL_LIST_BAN].count && !(is_speech && lists[CHANNEL_LIST_QUIET].count))
		return false;
	is_hit = banmask_any_matches(&lists[CHANNEL_LIST_BAN], &target, is_speech) ||
		 (is_speech && banmask_any_matches(&lists[CHANNEL_LIST_QUIET], &target, true));
	if (is_hit)
		is_hit = !banmask_any_matches(&lists[CHANNEL_LIST_EXCEPTION], &target, is_speech);
	return is_hit;
}

bool banmask_bans(const struct world *world, const struct channel *channel, const struct user *user)
{
	return hits_channel_lists(world, channel, user, false);
}

bool banmask_mutes(
	const struct world *world, const struct channel *channel, const struct user *user)
{
	return hits_channel_lists(world, channel, user, true);
}

bool banmask_invites(
	const struct world *world, const struct channel *channel, const struct user *user)
{
	const struct ban_target target = { world, user };

	return banmask_any_matches(&channel->lists[CHANNEL_LIST_INVITE], &target, false);
}
