/* Owns the commands for bans of the server: KLINE, DLINE, RESV, XLINE, SHUN, ELINE and their
 * removal. No standard has them; operators know them from other servers. */
#include "action/ban_acts.h"
#include "action/lookup.h"
#include "action/reply.h"
#include "base/cleanup.h"
#include "base/mem.h"
#include "command/commands.h"
#include "proto/duration.h"

static void notice_caller(const struct call *call, const struct buffer *text)
{
	notice_session(call->world, call->outbox, call->session, text->bytes);
}

/* NULL: refused, or there is no such user. */
static char *complete_mask(struct call *call, enum ban_kind kind, const char *given)
{
	CLEANUP(buffer_done) struct buffer message = { 0 };
	char *mask;

	if (ban_mask_is_nick(kind, given) && !lookup_user(call, given))
		return NULL;
	mask = ban_acts_mask(call->world, kind, given, &message);
	if (!mask) {
		buffer_format(&message, "; see HELP %s", call->command->name);
		notice_caller(call, &message);
	}
	return mask;
}

/* KLINE [duration] mask [reason] and the like. Kind 0: a reserved name; the mask shows whether it
 * is a nickname or a channel. */
static void set_ban(struct call *call, uint32_t kind)
{
	CLEANUP(ban_wish_done) struct ban_wish wish = { 0 };
	CLEANUP(buffer_done) struct buffer message = { 0 };
	const struct actor actor = actor_of_call(call);
	int at = call->n_params > 1 && duration_parse(call->params[0], &wish.duration_ms);

	wish.kind = kind ? (enum ban_kind) kind : ban_kind_of_name(call->params[at]);
	wish.mask = complete_mask(call, wish.kind, call->params[at]);
	if (!wish.mask)
		return;
	wish.reason = ban_acts_reason(call->params[at + 1]);
	ban_acts_set(&actor, &wish, &message);
	notice_caller(call, &message);
}

static void unset_ban(struct call *call, uint32_t given_kind)
{
	enum ban_kind kind =
		given_kind ? (enum ban_kind) given_kind : ban_kind_of_name(call->params[0]);
	CLEANUP(mem_freep) char *mask = complete_mask(call, kind, call->params[0]);
	CLEANUP(buffer_done) struct buffer message = { 0 };
	const struct actor actor = actor_of_call(call);

	if (!mask)
		return;
	ban_acts_remove(&actor, kind, mask, &message);
	notice_caller(call, &message);
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

static void run_shun(struct call *call)
{
	set_ban(call, BAN_KIND_MUTE);
}

static void run_eline(struct call *call)
{
	set_ban(call, BAN_KIND_EXEMPT);
}

static void run_unshun(struct call *call)
{
	unset_ban(call, BAN_KIND_MUTE);
}

static void run_uneline(struct call *call)
{
	unset_ban(call, BAN_KIND_EXEMPT);
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
	.flags = COMMAND_TAKES_TIME,
	.privilege = "ban",
	.reach = COMMAND_REACH_WORLD,
	.run = run_kline,
	.papoctl = "ban add",
	.usage = "[<duration>] <user@host> [<reason>]",
	.help = "Bans users by user name and host, and disconnects those who match. The host may "
		"contain wildcards or be a range of addresses; a nickname stands for the address "
		"of its user. " DURATION,
};

COMMAND(dline) = {
	.name = "DLINE",
	.min_params = 1,
	.cost = 2,
	.flags = COMMAND_TAKES_TIME,
	.privilege = "ban",
	.reach = COMMAND_REACH_WORLD,
	.run = run_dline,
	.papoctl = "ban add",
	.usage = "[<duration>] <address> [<reason>]",
	.help = "Refuses connections from an address or a range of addresses. " DURATION,
};

COMMAND(resv) = {
	.name = "RESV",
	.min_params = 1,
	.cost = 2,
	.flags = COMMAND_TAKES_TIME,
	.privilege = "ban",
	.reach = COMMAND_REACH_WORLD,
	.run = run_resv,
	.papoctl = "ban add",
	.usage = "[<duration>] <nick or channel> [<reason>]",
	.help = "Reserves nicknames and channels for operators of the server; wildcards are "
		"allowed. Users who already have the nickname, or are in the channel, are not "
		"affected. " DURATION,
};

COMMAND(xline) = {
	.name = "XLINE",
	.min_params = 1,
	.cost = 2,
	.flags = COMMAND_TAKES_TIME,
	.privilege = "ban",
	.reach = COMMAND_REACH_WORLD,
	.run = run_xline,
	.papoctl = "ban add",
	.usage = "[<duration>] <real name> [<reason>]",
	.help = "Bans users by real name, and disconnects those who match; a question mark "
		"stands for a space. " DURATION,
};

COMMAND(shun) = {
	.name = "SHUN",
	.min_params = 1,
	.cost = 2,
	.flags = COMMAND_TAKES_TIME,
	.privilege = "ban",
	.reach = COMMAND_REACH_WORLD,
	.run = run_shun,
	.papoctl = "ban add",
	.usage = "[<duration>] <user@host> [<reason>]",
	.help = "Mutes users by user name and host, without telling them: what they say reaches "
		"no one but services, and they cannot invite, knock, redact, or change a topic, "
		"METADATA, or in a "
		"channel their nickname. "
		"Operators of the server are not affected. A nickname stands for the address of "
		"its user. " DURATION,
};

COMMAND(eline) = {
	.name = "ELINE",
	.min_params = 1,
	.cost = 2,
	.flags = COMMAND_TAKES_TIME,
	.privilege = "ban",
	.reach = COMMAND_REACH_WORLD,
	.run = run_eline,
	.papoctl = "ban add",
	.usage = "[<duration>] <user@host> [<reason>]",
	.help = "Exempts users from bans by KLINE and DLINE, by user name and host. The host may "
		"be a range of addresses. A DLINE is decided before a client has a name, so that "
		"only *@host exempts from it. " DURATION,
};

COMMAND(unshun) = {
	.name = "UNSHUN",
	.min_params = 1,
	.cost = 1,
	.privilege = "ban",
	.reach = COMMAND_REACH_WORLD,
	.run = run_unshun,
	.papoctl = "ban remove",
	.usage = "<user@host>",
	.help = "Ends a mute that SHUN has set.",
};

COMMAND(uneline) = {
	.name = "UNELINE",
	.min_params = 1,
	.cost = 1,
	.privilege = "ban",
	.reach = COMMAND_REACH_WORLD,
	.run = run_uneline,
	.papoctl = "ban remove",
	.usage = "<user@host>",
	.help = "Ends an exemption that ELINE has set. Bans that match are enforced at once.",
};

COMMAND(unkline) = {
	.name = "UNKLINE",
	.min_params = 1,
	.cost = 1,
	.privilege = "ban",
	.reach = COMMAND_REACH_WORLD,
	.run = run_unkline,
	.papoctl = "ban remove",
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
	.papoctl = "ban remove",
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
	.papoctl = "ban remove",
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
	.papoctl = "ban remove",
	.usage = "<real name>",
	.help = "Removes a ban that XLINE has set.",
};
