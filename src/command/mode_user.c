/* Owns changing users' modes. Modern IRC, "User mode". */
#include "command/mode_user.h"

#include "action/cloak.h"
#include "action/lookup.h"
#include "action/operators.h"
#include "action/presence.h"
#include "action/reply.h"
#include "base/buffer.h"
#include "base/cleanup.h"
#include "base/mem.h"
#include "world/always_on.h"
#include "world/modes.h"
#include "world/notices.h"
#include "world/operating.h"
#include "world/session.h"
#include "world/user.h"

#define CHANGES 32

/* The flood cost of a change of host: as much as leaving and joining again. */
#define COST_OF_HOST 5

static void show_notices(struct call *call)
{
	struct buffer kinds = { 0 };

	notices_format(call->user->notices, &kinds);
	reply(call, RPL_SNOMASK, kinds.bytes);
	buffer_done(&kinds);
}

static void show_user_modes(struct call *call)
{
	struct buffer letters = { 0 };

	user_mode_letters(call->user->flags, &letters);
	reply(call, RPL_UMODEIS, buffer_text(&letters));
	buffer_done(&letters);
	if (call->user->notices)
		show_notices(call);
}

/* False: the text contained unknown kinds. */
static bool change_notices(struct call *call, const struct modestring_change *change)
{
	uint32_t kinds = change->is_set ? call->user->notices : 0;
	bool is_known = true;

	if (change->is_set && change->param)
		is_known = notices_change(&kinds, change->param);
	else if (change->is_set)
		kinds |= notices_default();
	user_set_notices(call->world, call->user, kinds);
	return is_known;
}

/* True: the user may not have the mode. */
static bool refuse_user_mode(struct call *call, const struct user_mode *row)
{
	if (row->needs_oper && !session_operator(call->session))
		reply(call, ERR_NOPRIVILEGES);
	else if (row->privilege &&
		 !session_has_privilege(call->world, call->session, row->privilege))
		reply(call, ERR_NOPRIVILEGES);
	else
		return false;
	return true;
}

/* Only the client that is the operator may unset what operators have. */
static bool is_of_other_client(const struct call *call, const struct user_mode *row)
{
	return call->user->operator_name && !session_operator(call->session) &&
	       (row->needs_oper || row->privilege || row->flag == USER_FLAG_OPERATOR);
}

/* False: the mode or its parameter is unknown. */
static bool change_user_mode(
	struct call *call, const struct user_mode *row, const struct modestring_change *change)
{
	if (change->is_set && !user_mode_is_offered(row, call->world, call->world->settings))
		return false;
	if (row->is_fixed || (change->is_set && !row->may_set))
		return true;
	if (change->is_set && refuse_user_mode(call, row))
		return true;
	if (is_of_other_client(call, row))
		return true;
	if (row->flag == USER_FLAG_CLOAKED && !cloak_may_change(call, change->is_set))
		return true;
	if (row->flag == USER_FLAG_NOTICES)
		return change_notices(call, change);
	if (row->flag == USER_FLAG_OPERATOR)
		operator_end(call->world, call->outbox, call->session);
	else
		user_set_flag(call->world, call->user, row->flag, change->is_set);
	return true;
}

static void change_user_modes(struct call *call)
{
	CLEANUP(modestring_words_done) struct modestring_words words;
	struct modestring_change changes[CHANGES];
	size_t n;
	CLEANUP(mem_freep) char *old_source = mem_text(call->user->source);
	uint32_t old_flags = call->user->flags, old_notices = call->user->notices;
	bool has_unknown = false;

	modestring_words_init(&words, call->params + 1);
	n = modestring_parse(words.at, user_mode_param, changes, CHANGES);
	for (size_t i = 0; i < n; i++) {
		const struct user_mode *row = user_mode_find(changes[i].letter);

		if (!row || !change_user_mode(call, row, &changes[i]))
			has_unknown = true;
	}
	if (has_unknown)
		reply(call, ERR_UMODEUNKNOWNFLAG);
	announce_user_modes(call->world, call->outbox, call->user, old_flags);
	if (host_changed(call->world, call->outbox, call->user, old_source))
		session_spend(call->world, call->session, COST_OF_HOST);
	always_on_touch(call->world, call->user);
	if (call->user->notices != old_notices)
		show_notices(call);
}

void mode_user(struct call *call, struct user *user)
{
	if (user != call->user)
		reply(call, ERR_USERSDONTMATCH);
	else if (call->n_params < 2)
		show_user_modes(call);
	else
		change_user_modes(call);
}
