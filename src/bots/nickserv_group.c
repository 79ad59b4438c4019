/* Owns GROUP and UNGROUP of NickServ: other nicks of an account. */
#include "action/registering.h"
#include "base/cleanup.h"
#include "base/mem.h"
#include "bots/asking.h"
#include "bots/nickserv.h"
#include "bots/voice.h"
#include "proto/casemap.h"
#include "proto/name_syntax.h"
#include "world/account_rows.h"
#include "world/user.h"

/* True: refused. */
static bool refuse_group(struct errand *errand, const char *nick)
{
	const struct call *call = errand->call;
	uint32_t most = call->world->settings->accounts.nicks;
	struct refusal refusal;

	if (account_find_owner(call->world, nick) == errand->account)
		bot_say(errand, "%s belongs to your account already.", nick);
	else if (registering_refuses_name(call, nick, &refusal))
		bot_say(errand, "%s.", refusal.text);
	else if (account_extras(errand->account)->n_nicks >= most)
		bot_say(errand,
			"Your account cannot have more than %u other nicks. UNGROUP removes one.",
			most);
	else
		return false;
	return true;
}

static void store_nick(
	struct errand *errand, struct change *change, struct account_nick nick, bool is_removal)
{
	struct buffer bytes = { 0 };

	account_nick_put(&bytes, &nick);
	nickserv_add_row(errand->call, change,
		(struct store_row){ .table = STORE_TABLE_ACCOUNT_NICKS, .is_removal = is_removal },
		&bytes);
	bot_ask_change(errand->call, change,
		is_removal ? "%s does not belong to your account any more."
			   : "%s belongs to your account now.",
		nick.name);
}

static const char *nick_of_errand(const struct errand *errand)
{
	return errand->params[0] ? errand->params[0] : errand->call->user->nick;
}

static void run_group(struct errand *errand)
{
	const struct world *world = errand->call->world;
	CLEANUP(mem_freep) char *name = name_normalise(world->casemap, nick_of_errand(errand));
	CLEANUP(mem_freep) char *folded = casemap_fold(world->casemap, name);
	struct change *change;

	if (refuse_group(errand, name))
		return;
	change = nickserv_change(errand->call, errand->account);
	if (!change)
		return;
	change->name = mem_text(name);
	store_nick(errand, change,
		(struct account_nick){
			.name = name, .folded = folded, .created_wall_ms = world->wall_ms },
		false);
}

NICKSERV(group) = {
	.name = "GROUP",
	.max_params = 1,
	.cost = 5,
	.flags = SUBCOMMAND_NEEDS_LOGIN | SUBCOMMAND_CHANGES,
	.run = run_group,
	.usage = "[<nick>]",
	.help = "Adds a nickname to your account, your present one if you name none: you can also "
		"log in by it, and RECLAIM it from others. INFO lists the nicknames of your "
		"account.",
};

static void run_ungroup(struct errand *errand)
{
	const struct call *call = errand->call;
	const struct account_nick *nick = account_find_nick(call->world, nick_of_errand(errand));
	struct change *change;

	if (!nick || nick->account != errand->account) {
		bot_say(errand, "%s is no other nick of your account.", nick_of_errand(errand));
		return;
	}
	change = nickserv_change(errand->call, errand->account);
	if (!change)
		return;
	change->name = mem_text(nick->name);
	store_nick(errand, change, *nick, true);
}

NICKSERV(ungroup) = {
	.name = "UNGROUP",
	.max_params = 1,
	.cost = 2,
	.flags = SUBCOMMAND_NEEDS_LOGIN | SUBCOMMAND_CHANGES,
	.run = run_ungroup,
	.usage = "[<nick>]",
	.help = "Removes a nickname from your account, your present one if you name none. The name "
		"of the account stays: only DROP releases it.",
};
