/* Owns the change of a user's nickname. */
#include "action/nick_change.h"

#include <string.h>

#include "action/channel_rules.h"
#include "action/history_notes.h"
#include "action/nick_owner.h"
#include "action/notices.h"
#include "action/presence.h"
#include "action/reply.h"
#include "action/session_log.h"
#include "base/cleanup.h"
#include "base/mem.h"
#include "world/channel.h"
#include "world/fanout.h"
#include "world/session.h"
#include "world/user.h"

/* True: refused by a channel that the user is on. */
static bool channel_refuses_nick(struct call *call, const struct member *member, const char *nick)
{
	const struct channel *channel = member->channel;

	if (member_has_rank(member, MEMBER_RANK_VOICE))
		return false;
	if (channel->flags & CHANNEL_FLAG_NO_NICK_CHANGE)
		reply(call, ERR_NONICKCHANGE, channel->name);
	else if (channel_rules_mute(call, member))
		reply(call, ERR_BANNICKCHANGE, nick, channel->name);
	else
		return false;
	return true;
}

bool nick_change_refused(struct call *call, const char *nick)
{
	for (size_t i = 0; i < call->user->n_members; i++)
		if (channel_refuses_nick(call, call->user->members[i], nick))
			return true;
	return false;
}

static void tell_of_change(struct call *call, const char *old)
{
	if (call->world->settings->log_nick_changes && call->session)
		log_session(call->outbox, LOGBOOK_NICK_CHANGED, call->session, "OLD_NICK", old);
	notice_operators(call->world, call->outbox, NOTICE_KIND_NICK,
		"Nick change: %s is now %s (%s@%s)", old, call->user->nick, call->user->name,
		call->user->real_host);
}

void nick_change(struct call *call, const char *nick)
{
	CLEANUP(mem_freep) char *old = mem_text(call->user->nick);
	bool is_another = user_find(call->world, nick) != call->user;
	struct fanout fanout;

	if (strcmp(old, nick) == 0)
		return;
	fanout_begin(&fanout, call->world, call->outbox, ":%s NICK %s", call->user->source, nick);
	fanout_from(&fanout, call->user);
	fanout_to_user(&fanout, call->user);
	fanout_to_neighbours(&fanout, call->user);
	history_note_everywhere(&fanout, HISTORY_VERB_NICK);
	fanout_end(&fanout);
	user_set_nick(call->world, call->user, nick);
	tell_of_change(call, old);
	if (!is_another)
		return;
	nick_owner_review(call->world, call->outbox, call->user, true);
	tell_offline(call->world, call->outbox, old);
	tell_online(call->world, call->outbox, call->user);
}
