/* Owns setting and removing bans of the server: KLINE, DLINE, RESV, XLINE and their removal. No
 * standard has them; operators know them from other servers. */
#include <string.h>

#include "action/banning.h"
#include "action/lookup.h"
#include "action/notices.h"
#include "action/reply.h"
#include "base/cleanup.h"
#include "base/mem.h"
#include "base/text.h"
#include "command/commands.h"
#include "proto/duration.h"
#include "world/user.h"

/* What KLINE [duration] mask [reason] and the like request. */
struct wish {
	struct call *call;
	enum ban_kind kind;
	const char *name; /* of the kind of ban */
	uint64_t duration_ms;
	char *reason; /* owned, like mask */
	char *mask;   /* complete */
};

static void notice_caller(const struct call *call, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void notice_caller(const struct call *call, const char *format, ...)
{
	struct buffer text = { 0 };
	va_list arguments;

	va_start(arguments, format);
	buffer_format_v(&text, format, arguments);
	va_end(arguments);
	notice_session(call->world, call->outbox, call->session, text.bytes);
	buffer_done(&text);
}

/* A nickname stands for the host of its user. NULL: refused, or there is no such user. */
static char *complete_mask(struct call *call, enum ban_kind kind, const char *given)
{
	char address[ADDRESS_TEXT_BYTES];
	struct buffer whole = { 0 };
	const struct user *user;
	char *mask;

	if (kind == BAN_KIND_USER && !strpbrk(given, "@.:*?")) {
		user = lookup_user(call, given);
		if (!user)
			return NULL;
		address_format(&user->address, address);
		buffer_format(&whole, "*@%s", address);
	} else {
		buffer_put_text(&whole, given);
	}
	mask = ban_mask_complete(kind, whole.bytes);
	if (!mask)
		notice_caller(call, "%s is not a valid mask for a %s; see HELP %s",
			lookup_word(given), ban_row(kind)->name, call->command->name);
	buffer_done(&whole);
	return mask;
}

static bool fits_caller(const struct wish *wish)
{
	struct ban_subject subject = banning_subject(wish->call->session);

	return ban_mask_fits(wish->kind, wish->mask, &subject);
}

/* NULL: allowed. */
static const char *why_ban_refused(const struct wish *wish)
{
	const struct world *world = wish->call->world;
	const struct ban *old = bans_find(world, wish->kind, wish->mask);

	if (old && old->origin == BAN_ORIGIN_CONFIGURATION)
		return "it is in the configuration already";
	if (ban_mask_is_too_wide(wish->kind, wish->mask))
		return BAN_MASK_TOO_WIDE;
	if (fits_caller(wish))
		return "it matches yourself";
	if (world->bans.counts[wish->kind] >= world->settings->server_bans && !old)
		return "the limit limits.server_bans is reached";
	return NULL;
}

static void tell_of_new(const struct wish *wish)
{
	const struct call *call = wish->call;
	const char *preposition = wish->duration_ms ? "for " : "";
	char duration[DURATION_TEXT_BYTES];
	const char *time = wish->duration_ms ? duration : "permanently";

	duration_format(wish->duration_ms, duration);
	outbox_log(call->outbox, LOGBOOK_BAN_SET, "NICK", call->user->nick, "OPERATOR",
		call->user->operator_name, "BAN", wish->name, "MASK", wish->mask, "DURATION",
		wish->duration_ms ? duration : NULL, "REASON", wish->reason);
	notice_operators(call->world, call->outbox, NOTICE_KIND_BAN,
		"%s {%s} set %s for [%s] %s%s [%s]", call->user->source, call->user->operator_name,
		wish->name, wish->mask, preposition, time, wish->reason);
	notice_caller(call, "Added %s for [%s] %s%s: %s", wish->name, wish->mask, preposition, time,
		wish->reason);
}

/* An existing ban gets the new duration and reason. */
static void grant_ban(const struct wish *wish)
{
	struct world *world = wish->call->world;
	struct ban *ban = bans_find(world, wish->kind, wish->mask);

	if (ban)
		ban_free(&world->bans, ban);
	ban = ban_new(world, wish->kind, wish->mask, wish->call->user->source, wish->reason);
	if (wish->duration_ms)
		ban_expire_after(world, ban, wish->duration_ms);
	tell_of_new(wish);
	banning_enforce_since(world, wish->call->outbox, ban->number);
}

static char *given_reason(const char *given)
{
	const char *reason = given && *given ? given : "No reason given";

	return mem_text_n(reason, text_cut_utf8(reason, strlen(reason), BAN_REASON_BYTES));
}

/* Kind 0: a reserved name; the mask shows whether it is a nickname or a channel. */
static void set_ban(struct call *call, uint32_t kind)
{
	struct wish wish = { .call = call };
	int at = call->n_params > 1 && duration_parse(call->params[0], &wish.duration_ms);
	const char *refusal;

	wish.kind = kind ? (enum ban_kind) kind : ban_kind_of_name(call->params[at]);
	wish.name = ban_row(wish.kind)->name;
	wish.mask = complete_mask(call, wish.kind, call->params[at]);
	if (!wish.mask)
		return;
	wish.reason = given_reason(call->params[at + 1]);
	refusal = why_ban_refused(&wish);
	if (refusal)
		notice_caller(call, "No %s for [%s]: %s", wish.name, wish.mask, refusal);
	else
		grant_ban(&wish);
	mem_freep(&wish.reason);
	mem_freep(&wish.mask);
}

static void unset_ban(struct call *call, uint32_t given_kind)
{
	enum ban_kind kind =
		given_kind ? (enum ban_kind) given_kind : ban_kind_of_name(call->params[0]);
	const char *name = ban_row(kind)->name;
	CLEANUP(mem_freep) char *mask = complete_mask(call, kind, call->params[0]);
	struct ban *ban = mask ? bans_find(call->world, kind, mask) : NULL;

	if (!mask)
		return;
	if (!ban) {
		notice_caller(call, "There is no %s for [%s]", name, mask);
		return;
	}
	if (ban->origin == BAN_ORIGIN_CONFIGURATION) {
		notice_caller(call,
			"The %s for [%s] is in the configuration, at %s; remove it there, then "
			"REHASH",
			name, ban->mask, ban->setter);
		return;
	}
	outbox_log(call->outbox, LOGBOOK_BAN_REMOVED, "NICK", call->user->nick, "OPERATOR",
		call->user->operator_name, "BAN", name, "MASK", ban->mask);
	notice_operators(call->world, call->outbox, NOTICE_KIND_BAN, "%s {%s} removed %s for [%s]",
		call->user->source, call->user->operator_name, name, ban->mask);
	notice_caller(call, "Removed %s for [%s]", name, ban->mask);
	ban_free(&call->world->bans, ban);
}

static void run_kline(struct call *call)
{
	set_ban(call, BAN_KIND_USER);
}

static void run_dline(struct call *call)
{
	set_ban(call, BAN_KIND_ADDRESS);
}

static void run_resv(struct call *call)
{
	set_ban(call, 0);
}

static void run_xline(struct call *call)
{
	set_ban(call, BAN_KIND_REALNAME);
}

static void run_unkline(struct call *call)
{
	unset_ban(call, BAN_KIND_USER);
}

static void run_undline(struct call *call)
{
	unset_ban(call, BAN_KIND_ADDRESS);
}

static void run_unresv(struct call *call)
{
	unset_ban(call, 0);
}

static void run_unxline(struct call *call)
{
	unset_ban(call, BAN_KIND_REALNAME);
}

#define DURATION                                                                                   \
	"A duration is a number of minutes, or numbers with units such as 1d12h (y w d h m s). "   \
	"Without one, the ban is permanent."

COMMAND(kline) = {
	.name = "KLINE",
	.min_params = 1,
	.cost = 2,
	.privilege = "ban",
	.reach = COMMAND_REACH_WORLD,
	.run = run_kline,
	.usage = "[<duration>] <user@host> [<reason>]",
	.help = "Bans users by user name and host, and disconnects those who match. The host may "
		"contain wildcards or be a range of addresses; a nickname stands for the address "
		"of its user. " DURATION,
};

COMMAND(dline) = {
	.name = "DLINE",
	.min_params = 1,
	.cost = 2,
	.privilege = "ban",
	.reach = COMMAND_REACH_WORLD,
	.run = run_dline,
	.usage = "[<duration>] <address> [<reason>]",
	.help = "Refuses connections from an address or a range of addresses. " DURATION,
};

COMMAND(resv) = {
	.name = "RESV",
	.min_params = 1,
	.cost = 2,
	.privilege = "ban",
	.reach = COMMAND_REACH_WORLD,
	.run = run_resv,
	.usage = "[<duration>] <nick or channel> [<reason>]",
	.help = "Reserves nicknames and channels for operators of the server; wildcards are "
		"allowed. Users who already have the nickname, or are in the channel, are not "
		"affected. " DURATION,
};

COMMAND(xline) = {
	.name = "XLINE",
	.min_params = 1,
	.cost = 2,
	.privilege = "ban",
	.reach = COMMAND_REACH_WORLD,
	.run = run_xline,
	.usage = "[<duration>] <real name> [<reason>]",
	.help = "Bans users by real name, and disconnects those who match; a question mark "
		"stands for a space. " DURATION,
};

COMMAND(unkline) = {
	.name = "UNKLINE",
	.min_params = 1,
	.cost = 1,
	.privilege = "ban",
	.reach = COMMAND_REACH_WORLD,
	.run = run_unkline,
	.usage = "<user@host>",
	.help = "Removes a ban that KLINE has set.",
};

COMMAND(undline) = {
	.name = "UNDLINE",
	.min_params = 1,
	.cost = 1,
	.privilege = "ban",
	.reach = COMMAND_REACH_WORLD,
	.run = run_undline,
	.usage = "<address>",
	.help = "Removes a ban that DLINE has set.",
};

COMMAND(unresv) = {
	.name = "UNRESV",
	.min_params = 1,
	.cost = 1,
	.privilege = "ban",
	.reach = COMMAND_REACH_WORLD,
	.run = run_unresv,
	.usage = "<nick or channel>",
	.help = "Removes a reservation that RESV has set.",
};

COMMAND(unxline) = {
	.name = "UNXLINE",
	.min_params = 1,
	.cost = 1,
	.privilege = "ban",
	.reach = COMMAND_REACH_WORLD,
	.run = run_unxline,
	.usage = "<real name>",
	.help = "Removes a ban that XLINE has set.",
};
