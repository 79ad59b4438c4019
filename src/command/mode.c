/* Owns MODE and the modes of users. Modern IRC, "MODE message". */
#include "base/buffer.h"
#include "command/lookup.h"
#include "command/mode_channel.h"
#include "command/reply.h"
#include "proto/names.h"
#include "world/fanout.h"
#include "world/user.h"

#define CHANGES 32

static void show_modes(struct call *call)
{
	struct buffer letters = { 0 };
	size_t n;
	const struct user_mode *rows = user_modes_all(&n);

	for (size_t i = 0; i < n; i++)
		if (call->user->flags & rows[i].flag)
			buffer_put_byte(&letters, rows[i].letter);
	reply(call, RPL_UMODEIS, buffer_text(&letters));
	buffer_done(&letters);
}

/* True: something is different now. */
static bool change_one(
	struct call *call, const struct user_mode *row, const struct modestring_change *change)
{
	bool is_now = call->user->flags & row->flag;

	if (is_now == change->is_set || (change->is_set && !row->may_set))
		return false;
	if (row->flag == USER_FLAG_OPERATOR)
		user_set_operator(call->world, call->user, NULL);
	else
		user_set_flag(call->world, call->user, row->flag, change->is_set);
	return true;
}

static void announce(struct call *call, const struct modestring_change *done, size_t n_done)
{
	struct buffer text = { 0 };
	struct fanout fanout;

	modestring_format(done, n_done, &text);
	fanout_begin(&fanout, call->world, call->outbox, ":%s MODE %s :%s", call->user->source,
		call->user->nick, text.bytes);
	fanout_to_user(&fanout, call->user);
	fanout_end(&fanout);
	buffer_done(&text);
}

static void change_own(struct call *call)
{
	struct modestring_change changes[CHANGES], done[CHANGES];
	size_t n = modestring_parse(call->params + 1, user_mode_param, changes, CHANGES);
	size_t n_done = 0;
	bool has_unknown = false;

	for (size_t i = 0; i < n; i++) {
		const struct user_mode *row = user_mode_find(changes[i].letter);

		if (!row)
			has_unknown = true;
		else if (change_one(call, row, &changes[i]))
			done[n_done++] = changes[i];
	}
	if (has_unknown)
		reply(call, ERR_UMODEUNKNOWNFLAG);
	if (n_done)
		announce(call, done, n_done);
}

static void mode_user(struct call *call)
{
	struct user *user = lookup_user(call, call->params[0]);

	if (!user)
		return;
	if (user != call->user)
		reply(call, ERR_USERSDONTMATCH);
	else if (call->n_params < 2)
		show_modes(call);
	else
		change_own(call);
}

static void run(struct call *call)
{
	struct channel *channel;

	if (!channel_name_looks_like_one(call->params[0])) {
		mode_user(call);
		return;
	}
	channel = lookup_channel(call, call->params[0]);
	if (channel)
		mode_channel(call, channel);
}

const struct command command_mode = {
	.name = "MODE",
	.min_params = 1,
	.cost = 1,
	.run = run,
	.usage = "<target> [<modes> {<parameter>}]",
	.help = "Shows or changes the modes of a channel or of yourself. "
		"HELP CHANMODES and HELP USERMODES list them.",
};
