/* Owns ACCEPT: the list of users whose messages a user gets whatever its modes. Numerics of ratbox,
 * which clients know. */
#include "action/lookup.h"
#include "action/reply.h"
#include "base/cleanup.h"
#include "base/mem.h"
#include "base/text.h"
#include "command/commands.h"
#include "world/acceptance.h"
#include "world/user.h"

static void show_acceptances(struct call *call)
{
	const struct acceptance *acceptance;

	LIST_EACH (acceptance, &user_extras(call->user)->acceptances, in_owner)
		reply(call, RPL_ACCEPTLIST, acceptance->other->nick);
	reply(call, RPL_ENDOFACCEPT);
}

static void add_acceptance(struct call *call, struct user *other)
{
	if (acceptance_find(call->user, other))
		reply(call, ERR_ACCEPTEXIST, other->nick);
	else if (acceptance_is_full(call->world, call->user))
		reply(call, ERR_ACCEPTFULL);
	else
		acceptance_new(call->user, other);
}

static void remove_acceptance(struct call *call, const struct user *other)
{
	struct acceptance *acceptance = acceptance_find(call->user, other);

	if (!acceptance)
		reply(call, ERR_ACCEPTNOT, other->nick);
	acceptance_free(acceptance);
}

static void change_acceptance(struct call *call, const char *word)
{
	bool has_sign = *word == '-' || *word == '+';
	struct user *other = lookup_user(call, word + has_sign);

	if (!other)
		return;
	if (*word == '-')
		remove_acceptance(call, other);
	else
		add_acceptance(call, other);
}

static void run(struct call *call)
{
	CLEANUP(mem_freep) char *words = mem_text(call->params[0]);
	char *rest = words, *word;

	while ((word = text_split(&rest, ',')))
		if (text_equals_ignoring_case(word, "*"))
			show_acceptances(call);
		else if (*word)
			change_acceptance(call, word);
}

COMMAND(accept) = {
	.name = "ACCEPT",
	.min_params = 1,
	.cost = 1,
	.flags = COMMAND_NEEDS_NAMES,
	.reach = COMMAND_REACH_WORLD,
	.run = run,
	.usage = "* | [-]<nick>{,[-]<nick>}",
	.help = "Lets a user write to you despite your user modes T and g; with - in front, "
		"withdraws that. * lists these users. While you have user mode g, the server adds "
		"users to whom you write, so that they can answer.",
};
