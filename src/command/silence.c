/* Owns SILENCE: masks of users whose messages a user does not want. Numerics of Undernet, which
 * clients know. */
#include "action/lookup.h"
#include "action/reply.h"
#include "base/cleanup.h"
#include "base/mem.h"
#include "command/commands.h"
#include "proto/mask.h"
#include "world/user.h"

#define MASK_BYTES 200

static void show_silences(struct call *call)
{
	const struct masklist *list = &user_extras(call->user)->silence;

	for (size_t i = 0; i < list->count; i++)
		reply(call, RPL_SILELIST, list->entries[i].mask);
	reply(call, RPL_ENDOFSILELIST);
}

static void announce_silence(struct call *call, char sign, const char *mask)
{
	struct fanout fanout;

	fanout_begin(&fanout, call->world, call->outbox, ":%s SILENCE %c%s", call->user->source,
		sign, mask);
	fanout_from(&fanout, call->user);
	fanout_to_user(&fanout, call->user);
	fanout_end(&fanout);
}

static void add_silence(struct call *call, const char *mask)
{
	const struct masklist *list = &user_extras(call->user)->silence;

	if (masklist_find(list, call->world->casemap, mask))
		return;
	if (list->count >= call->world->settings->silence_entries) {
		reply(call, ERR_SILELISTFULL, mask);
		return;
	}
	user_add_silence(call->user, mask);
	announce_silence(call, '+', mask);
}

static void remove_silence(struct call *call, const char *mask)
{
	CLEANUP(mem_freep) char *removed = user_remove_silence(call->world, call->user, mask);

	if (removed)
		announce_silence(call, '-', removed);
}

static void run(struct call *call)
{
	const char *given = call->params[0];
	bool has_sign = given && (*given == '-' || *given == '+');
	CLEANUP(mem_freep) char *mask = NULL;

	if (!given || !*given)
		show_silences(call);
	else if (!mask_complete(given + has_sign, MASK_BYTES, &mask))
		reply(call, ERR_NOSUCHNICK, lookup_word(given + has_sign));
	else if (*given == '-')
		remove_silence(call, mask);
	else
		add_silence(call, mask);
}

COMMAND(silence) = {
	.name = "SILENCE",
	.cost = 1,
	.reach = COMMAND_REACH_WORLD,
	.run = run,
	.usage = "[[+|-]<mask>]",
	.help = "Blocks messages and invitations from users who match a mask such as nick!*@*, "
		"without informing them; with - in front, stops that. Without parameters, lists "
		"your masks.",
};
