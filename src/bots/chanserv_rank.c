/* Owns OP, DEOP and their kin of ChanServ: ranks for now. */
#include "action/lookup.h"
#include "action/service_modes.h"
#include "base/cleanup.h"
#include "bots/chanserv.h"
#include "bots/voice.h"
#include "world/channel.h"
#include "world/user.h"

/* The rank that MODE needs for it, or for oneself the rank itself. */
static uint32_t needed_rank(uint32_t rank, bool is_own)
{
	if (is_own)
		return rank;
	return rank == MEMBER_RANK_VOICE ? MEMBER_RANK_HALF_OPERATOR : MEMBER_RANK_OPERATOR;
}

static const char *named_nick(const struct errand *errand)
{
	return errand->params[1] ? errand->params[1] : errand->call->user->nick;
}

/* NULL: there is no such member, which the user was told. */
static struct member *find_named_member(
	struct errand *errand, const struct registered_channel *registered, const struct user *user)
{
	struct member *member = user ? user_find_member(user, registered->channel) : NULL;

	if (!member)
		bot_say(errand, "%s is not on %s.", lookup_word(named_nick(errand)),
			registered->channel->name);
	return member;
}

/* A user without the rank must not learn who is on a secret channel. NULL: refused. */
static struct member *find_member_to_rank(
	struct errand *errand, const struct registered_channel *registered, uint32_t rank)
{
	const struct user *user = user_find(errand->call->world, named_nick(errand));
	uint32_t needed = needed_rank(rank, user && user == errand->call->user);

	return chanserv_may(errand, registered, needed)
		       ? find_named_member(errand, registered, user)
		       : NULL;
}

static bool is_above(struct errand *errand, const struct registered_channel *registered,
	const struct member *member)
{
	const struct world *world = errand->call->world;

	if (channel_rank_of(world, registered->channel, member->user) <=
		registered_channel_rank(registered, errand->account))
		return false;
	bot_say(errand, "%s has a higher rank than you on %s.", member->user->nick,
		registered->channel->name);
	return true;
}

static void change_rank_of_member(struct errand *errand, uint32_t rank, bool is_set)
{
	const struct registered_channel *registered = chanserv_find(errand, errand->params[0]);
	struct member *member = registered ? find_member_to_rank(errand, registered, rank) : NULL;
	struct service_modes modes;

	if (!member || (!is_set && is_above(errand, registered, member)))
		return;
	if (!(member->ranks & rank) == !is_set) {
		bot_say(errand, "Nothing to change.");
		return;
	}
	service_modes_begin(&modes, errand->call->world, errand->call->outbox, registered->channel);
	service_modes_set_rank(&modes, member, rank, is_set);
	service_modes_end(&modes);
}

static void run_op(struct errand *errand)
{
	change_rank_of_member(errand, MEMBER_RANK_OPERATOR, true);
}

static void run_deop(struct errand *errand)
{
	change_rank_of_member(errand, MEMBER_RANK_OPERATOR, false);
}

static void run_halfop(struct errand *errand)
{
	change_rank_of_member(errand, MEMBER_RANK_HALF_OPERATOR, true);
}

static void run_dehalfop(struct errand *errand)
{
	change_rank_of_member(errand, MEMBER_RANK_HALF_OPERATOR, false);
}

static void run_voice(struct errand *errand)
{
	change_rank_of_member(errand, MEMBER_RANK_VOICE, true);
}

static void run_devoice(struct errand *errand)
{
	change_rank_of_member(errand, MEMBER_RANK_VOICE, false);
}

#define RANK_ROW(row_name, row_run, row_help)                                                      \
	{                                                                                          \
		.name = row_name, .min_params = 1, .max_params = 2, .cost = 1,                     \
		.flags = SUBCOMMAND_NEEDS_LOGIN, .run = row_run, .usage = "<channel> [<nick>]",    \
		.help = row_help                                                                   \
	}

CHANSERV(dehalfop) = RANK_ROW("DEHALFOP", run_dehalfop, "Takes +h from you or another member.");
CHANSERV(deop) = RANK_ROW("DEOP", run_deop, "Takes +o from you or another member.");
CHANSERV(devoice) = RANK_ROW("DEVOICE", run_devoice, "Takes +v from you or another member.");
CHANSERV(halfop) = RANK_ROW("HALFOP", run_halfop,
	"Gives +h to you or another member. For others, your account needs +o there.");
CHANSERV(op) = RANK_ROW(
	"OP", run_op, "Gives +o to you or another member. Your account needs +o there.");
CHANSERV(voice) = RANK_ROW("VOICE", run_voice,
	"Gives +v to you or another member. For others, your account needs +h there.");
