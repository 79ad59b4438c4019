/* Owns RENAME. IRCv3 channel-rename. */
#include <string.h>

#include "action/filtering.h"
#include "action/history_notes.h"
#include "action/look.h"
#include "action/lookup.h"
#include "action/presence.h"
#include "action/remark.h"
#include "action/reply.h"
#include "action/reserved_name.h"
#include "base/cleanup.h"
#include "base/mem.h"
#include "command/commands.h"
#include "command/join.h"
#include "proto/name_syntax.h"
#include "world/account_marks.h"
#include "world/administrator.h"
#include "world/banmask.h"
#include "world/caps.h"
#include "world/fanout.h"
#include "world/permanent_channels.h"
#include "world/registered_channels.h"
#include "world/renaming.h"
#include "world/session.h"
#include "world/user.h"

struct rename {
	struct call *call;
	struct channel *channel;
	const char *old_name;
	const char *name;
	const char *reason; /* "" if none is given */
};

static void fail_rename(const struct rename *rename, const char *code, const char *why)
{
	reply_fail(
		rename->call, code, "%s %s :%s", rename->old_name, lookup_word(rename->name), why);
}

static bool knows_rename(const struct session *session)
{
	return session->caps & CAP_CHANNEL_RENAME;
}

/* Each session without the capability is sent the names of all members. */
static bool are_too_many(const struct rename *rename)
{
	const struct channel *channel = rename->channel;
	const struct session *session;
	size_t n = 0;

	for (size_t i = 0; i < channel->n_members; i++)
		LIST_EACH (session, &channel->members[i]->user->sessions, in_user)
			n += !knows_rename(session);
	return n > rename->call->world->settings->rename_members;
}

static bool is_other_case(const struct rename *rename)
{
	return casemap_equals(rename->call->world->casemap, rename->old_name, rename->name);
}

/* Former names of channels are taken too, except the channel's own. */
static bool is_taken(const struct rename *rename)
{
	const struct world *world = rename->call->world;
	const struct channel *before = renaming_find(world, rename->name);

	return !is_other_case(rename) &&
	       (channel_find(world, rename->name) || (before && before != rename->channel));
}

static bool is_listed_channel(const struct rename *rename)
{
	const struct world *world = rename->call->world;

	return permanent_channel_find(
		world->settings, (enum casemap) world->casemap, rename->old_name);
}

static bool is_renamed_too_soon(const struct rename *rename)
{
	const struct world *world = rename->call->world;

	return rename->channel->renamed_ms &&
	       world->now_ms < rename->channel->renamed_ms + world->settings->rename_pause_ms;
}

/* The name of a registered channel belongs to its accounts: a rank of the moment, which an operator
 * has given, does not suffice. */
static bool is_name_of_others(const struct rename *rename)
{
	struct call *call = rename->call;

	return rename->channel->registered &&
	       channel_rank_of(call->world, rename->channel, call->user) < MEMBER_RANK_OWNER &&
	       !lookup_power(call, "force");
}

/* True: refused, and the caller has been sent the reason. */
static bool refuse_rename(const struct rename *rename)
{
	const struct world *world = rename->call->world;
	const char *reserved = reserved_name_reason(rename->call, BAN_KIND_CHANNEL, rename->name);

	if (!channel_name_is_valid(world->casemap, rename->name, world->settings->channel_length))
		fail_rename(rename, "CANNOT_RENAME",
			"The new name is not a valid channel name, or is too long");
	else if (strcmp(rename->old_name, rename->name) == 0)
		fail_rename(rename, "CANNOT_RENAME", "This is already its name");
	else if (is_name_of_others(rename))
		fail_rename(rename, "CANNOT_RENAME",
			"The channel is registered, so only accounts with its rank +q may rename "
			"it");
	else if (is_taken(rename))
		fail_rename(rename, "CHANNEL_NAME_IN_USE", "The channel name is already taken");
	else if (reserved)
		fail_rename(rename, "CANNOT_RENAME", reserved);
	else if (!is_other_case(rename) && is_listed_channel(rename))
		fail_rename(rename, "CANNOT_RENAME",
			"The configuration lists the channel under this name");
	else if (!is_other_case(rename) && is_renamed_too_soon(rename))
		fail_rename(rename, "CANNOT_RENAME", "This channel has been renamed recently");
	else if (!is_other_case(rename) && are_too_many(rename))
		fail_rename(rename, "CANNOT_RENAME",
			"Too many members have clients without draft/channel-rename");
	else
		return false;
	return true;
}

/* IRCv3 channel-rename, "Fallback". */
static void seem_to_move(
	const struct rename *rename, const struct session *session, struct member *member)
{
	struct call call = *rename->call;

	call.session = session_find(call.world, session->id);
	call.user = member->user;
	tell_session(call.world, call.outbox, session, ":%s PART %s%s%s", member->user->source,
		rename->old_name, *rename->reason ? " :" : "", rename->reason);
	show_own_arrival(call.world, call.outbox, session, member);
	look_grant(&call, member);
	join_welcome(&call, rename->channel);
}

static void tell_those_who_know(const struct rename *rename)
{
	struct call *call = rename->call;
	struct fanout fanout;

	fanout_begin(&fanout, call->world, call->outbox, ":%s RENAME %s %s :%s", call->user->source,
		rename->old_name, rename->name, rename->reason);
	fanout_from(&fanout, call->user);
	fanout.needs = CAP_CHANNEL_RENAME;
	fanout_to_channel(&fanout, rename->channel);
	history_note_event(&fanout, rename->channel, HISTORY_VERB_RENAME);
	fanout_end(&fanout);
}

static void tell_others(const struct rename *rename)
{
	const struct channel *channel = rename->channel;
	const struct session *session;

	for (size_t i = 0; i < channel->n_members; i++)
		LIST_EACH (session, &channel->members[i]->user->sessions, in_user)
			if (!knows_rename(session))
				seem_to_move(rename, session, channel->members[i]);
}

static void announce_mode(
	const struct rename *rename, const struct channel *channel, const char *change)
{
	struct call *call = rename->call;
	struct fanout fanout;

	fanout_begin(&fanout, call->world, call->outbox, ":%s MODE %s %s",
		call->world->settings->server_name, channel->name, change);
	fanout_to_channel(&fanout, channel);
	fanout_end(&fanout);
}

static void follow_in_mask(const struct rename *rename, const struct channel *channel,
	enum channel_list list, struct mask_entry *entry)
{
	enum casemap casemap = rename->call->world->casemap;
	CLEANUP(mem_freep)
	char *mask = banmask_rename(casemap, entry->mask, rename->old_name, rename->name);
	char letter = channel_mode_of_list(list)->letter;
	struct buffer change = { 0 };

	if (!mask || masklist_find(&channel->lists[list], casemap, mask))
		return;
	buffer_format(&change, "-%c+%c %s %s", letter, letter, entry->mask, mask);
	mask_entry_set(entry, mask);
	announce_mode(rename, channel, change.bytes);
	buffer_done(&change);
}

static void follow_in_list(
	const struct rename *rename, const struct channel *channel, enum channel_list list)
{
	for (size_t i = 0; i < channel->lists[list].count; i++)
		follow_in_mask(rename, channel, list, &channel->lists[list].entries[i]);
}

static void follow_in_forward(const struct rename *rename, struct channel *channel)
{
	struct buffer change = { 0 };

	if (!channel->forward ||
		!casemap_equals(rename->call->world->casemap, channel->forward, rename->old_name))
		return;
	channel_set_forward(channel, rename->name);
	buffer_format(&change, "+f %s", rename->name);
	announce_mode(rename, channel, change.bytes);
	buffer_done(&change);
}

/* Update the modes of a channel that name the renamed one. */
static void follow_in_modes(const struct rename *rename, struct channel *channel)
{
	follow_in_forward(rename, channel);
	for (size_t i = 0; i < CHANNEL_LIST_COUNT; i++)
		follow_in_list(rename, channel, (enum channel_list) i);
}

/* What its members have read moves with it. */
static void rename_markers(const struct rename *rename)
{
	struct world *world = rename->call->world;
	const struct channel *channel = rename->channel;

	for (size_t i = 0; i < channel->n_members; i++) {
		struct account *account = account_of_user(world, channel->members[i]->user);

		if (account)
			account_mark_rename(world, account, rename->old_name, rename->name);
	}
}

static void rename_channel(const struct rename *rename)
{
	struct world *world = rename->call->world;
	struct channel *channel;

	channel_rename(world, rename->channel, rename->name);
	rename_markers(rename);
	tell_those_who_know(rename);
	if (is_other_case(rename))
		return;
	tell_others(rename);
	ORDERED_EACH (channel, &world->channels)
		follow_in_modes(rename, channel);
}

/* Operators on IRC take a rank there first, with SAJOIN and SAMODE. */
static bool may_rename(struct call *call, const struct channel *channel)
{
	return session_is_administrator(call->session)
		       ? lookup_power(call, "force")
		       : lookup_rank(call, channel, MEMBER_RANK_OPERATOR) != NULL;
}

static char *reason_of(struct call *call, const struct channel *channel)
{
	CLEANUP(mem_freep)
	char *reason = filtering_rest(call, FILTER_PLACE_PART, lookup_reason(call, 2));
	struct member *member = user_find_member(call->user, channel);

	return member ? remark_of(call, member, reason) : TAKE(reason);
}

static void run(struct call *call)
{
	CLEANUP(mem_freep) char *name = name_normalise(call->world->casemap, call->params[1]);
	CLEANUP(mem_freep) char *old_name = NULL;
	CLEANUP(mem_freep) char *reason = NULL;
	struct rename rename = { .call = call, .name = name };

	rename.channel = lookup_channel(call, call->params[0]);
	if (!rename.channel || !may_rename(call, rename.channel))
		return;
	old_name = mem_text(rename.channel->name);
	rename.old_name = old_name;
	if (refuse_rename(&rename))
		return;
	reason = reason_of(call, rename.channel);
	if (call->session->is_closing) /* by a filter */
		return;
	rename.reason = reason ? reason : "";
	call->has_acted = call->power != NULL; /* no member of an empty channel sees it */
	rename_channel(&rename);
}

COMMAND(rename) = {
	.name = "RENAME",
	.min_params = 2,
	.cost = 5,
	.reach = COMMAND_REACH_WORLD,
	.run = run,
	.papoctl = "rename",
	.usage = "<channel> <new name> [<reason>]",
	.help = "Renames a channel that you are an operator of; members, modes and topic stay. "
		"Clients without draft/channel-rename see a PART and a JOIN instead. For a "
		"while, the old name leads to the new one. Only accounts with the rank +q there, "
		"such as the founder's, rename a registered channel.",
};
