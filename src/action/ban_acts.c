/* Owns setting and removing bans of the server. */
#include "action/ban_acts.h"

#include <stdlib.h>
#include <string.h>

#include "action/banning.h"
#include "action/lookup.h"
#include "action/notices.h"
#include "base/mem.h"
#include "base/text.h"
#include "proto/duration.h"
#include "world/user.h"

void ban_wish_done(struct ban_wish *wish)
{
	free(wish->mask);
	free(wish->reason);
}

bool ban_mask_is_nick(enum ban_kind kind, const char *given)
{
	return ban_kind_has_host(kind) && !strpbrk(given, "@.:*?");
}

char *ban_acts_mask(
	const struct world *world, enum ban_kind kind, const char *given, struct buffer *message)
{
	char address[ADDRESS_TEXT_BYTES];
	struct buffer whole = { 0 };
	const struct user *user = ban_mask_is_nick(kind, given) ? user_find(world, given) : NULL;
	char *mask = NULL;

	if (user) {
		address_format(&user->address, address);
		buffer_format(&whole, "*@%s", address);
	} else {
		buffer_put_text(&whole, given);
	}
	if (user || !ban_mask_is_nick(kind, given))
		mask = ban_mask_complete(kind, whole.bytes);
	if (!mask)
		buffer_format(message, "%s is not a valid mask for a %s", lookup_word(given),
			ban_row(kind)->name);
	buffer_done(&whole);
	return mask;
}

char *ban_acts_reason(const char *given)
{
	const char *reason = given && *given ? given : "No reason given";

	return mem_text_n(reason, text_cut_utf8(reason, strlen(reason), BAN_REASON_BYTES));
}

static bool fits_actor(const struct actor *actor, const struct ban_wish *wish)
{
	struct ban_subject subject;

	if (!actor->session || wish->kind == BAN_KIND_EXEMPT)
		return false;
	subject = banning_subject(actor->session);
	return ban_mask_fits(wish->kind, wish->mask, &subject);
}

/* NULL: allowed. */
static const char *why_ban_refused(const struct actor *actor, const struct ban_wish *wish)
{
	const struct world *world = actor->world;
	const struct ban *old = bans_find(world, wish->kind, wish->mask);

	if (old && old->origin == BAN_ORIGIN_CONFIGURATION)
		return "it is in the configuration already";
	if (ban_mask_is_too_wide(wish->kind, wish->mask))
		return BAN_MASK_TOO_WIDE;
	if (fits_actor(actor, wish))
		return "it matches yourself";
	if (world->bans.counts[wish->kind] >= world->settings->server_bans && !old)
		return "the limit limits.server_bans is reached";
	return NULL;
}

static void tell_of_new_ban(
	const struct actor *actor, const struct ban_wish *wish, struct buffer *message)
{
	const char *name = ban_row(wish->kind)->name;
	const char *preposition = wish->duration_ms ? "for " : "";
	char duration[DURATION_TEXT_BYTES];
	const char *time = wish->duration_ms ? duration : "permanently";

	duration_format(wish->duration_ms, duration);
	outbox_log(actor->outbox, LOGBOOK_BAN_SET, "NICK", actor_nick_for_log(actor), "OPERATOR",
		actor->name, "BAN", name, "MASK", wish->mask, "DURATION",
		wish->duration_ms ? duration : NULL, "REASON", wish->reason);
	notice_operators(actor->world, actor->outbox, NOTICE_KIND_BAN,
		"%s {%s} set %s for [%s] %s%s [%s]", actor->source, actor->name, name, wish->mask,
		preposition, time, wish->reason);
	buffer_format(message, "Added %s for [%s] %s%s: %s", name, wish->mask, preposition, time,
		wish->reason);
}

/* An existing ban gets the new duration and reason. */
static void grant_ban(
	const struct actor *actor, const struct ban_wish *wish, struct buffer *message)
{
	struct world *world = actor->world;
	struct ban *ban = bans_find(world, wish->kind, wish->mask);

	if (ban)
		ban_free(&world->bans, ban);
	ban = ban_new(world, wish->kind, wish->mask, actor->source, wish->reason);
	if (wish->duration_ms)
		ban_expire_after(world, ban, wish->duration_ms);
	tell_of_new_ban(actor, wish, message);
	banning_enforce_since(world, actor->outbox, ban->number);
}

bool ban_acts_set(const struct actor *actor, const struct ban_wish *wish, struct buffer *message)
{
	const char *refusal = why_ban_refused(actor, wish);

	if (refusal)
		buffer_format(message, "No %s for [%s]: %s", ban_row(wish->kind)->name, wish->mask,
			refusal);
	else
		grant_ban(actor, wish, message);
	return !refusal;
}

static void drop_ban(const struct actor *actor, struct ban *ban, struct buffer *message)
{
	const char *name = ban_row((enum ban_kind) ban->kind)->name;
	bool is_exemption;

	outbox_log(actor->outbox, LOGBOOK_BAN_REMOVED, "NICK", actor_nick_for_log(actor),
		"OPERATOR", actor->name, "BAN", name, "MASK", ban->mask);
	notice_operators(actor->world, actor->outbox, NOTICE_KIND_BAN,
		"%s {%s} removed %s for [%s]", actor->source, actor->name, name, ban->mask);
	buffer_format(message, "Removed %s for [%s]", name, ban->mask);
	is_exemption = ban->kind == BAN_KIND_EXEMPT;
	ban_free(&actor->world->bans, ban);
	/* Bans match who was exempt until now. */
	if (is_exemption)
		banning_enforce_since(actor->world, actor->outbox, 1);
}

bool ban_acts_remove(
	const struct actor *actor, enum ban_kind kind, const char *mask, struct buffer *message)
{
	struct ban *ban = bans_find(actor->world, kind, mask);
	const char *name = ban_row(kind)->name;

	if (!ban) {
		buffer_format(message, "There is no %s for [%s]", name, mask);
		return false;
	}
	if (ban->origin == BAN_ORIGIN_CONFIGURATION) {
		buffer_format(message,
			"The %s for [%s] is in the configuration, at %s; remove it there, then "
			"REHASH",
			name, ban->mask, ban->setter);
		return false;
	}
	drop_ban(actor, ban, message);
	return true;
}
