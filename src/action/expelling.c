/* Owns how KILL, KICK and their equivalents in papoctl expel a user. */
#include "action/expelling.h"

#include <string.h>

#include "action/closing.h"
#include "action/history_notes.h"
#include "action/notices.h"
#include "base/buffer.h"
#include "base/cleanup.h"
#include "base/mem.h"
#include "base/text.h"
#include "world/user.h"

/* Modern IRC, "KILL message": the killed client also sees the QUIT that others see. */
static void send_kill(const struct actor *actor, const struct user *user, const char *reason,
	const char *quit_reason)
{
	struct fanout fanout;

	fanout_begin(&fanout, actor->world, actor->outbox, ":%s KILL %s :%s", actor->source,
		user->nick, reason);
	fanout_from(&fanout, actor->user);
	fanout_to_user(&fanout, user);
	fanout_end(&fanout);
	fanout_begin(
		&fanout, actor->world, actor->outbox, ":%s QUIT :%s", user->source, quit_reason);
	fanout_from(&fanout, user);
	fanout_to_user(&fanout, user);
	fanout_end(&fanout);
}

void expel_from_server(const struct actor *actor, struct user *user, const char *reason)
{
	CLEANUP(buffer_done) struct buffer quit_reason = { 0 };

	outbox_log(actor->outbox, LOGBOOK_KILL, "NICK", actor_nick_for_log(actor), "OPERATOR",
		actor->name, "TARGET", user->nick, "REASON", reason);
	notice_operators(actor->world, actor->outbox, NOTICE_KIND_KILL, "%s {%s} killed %s (%s)",
		actor->source, actor->name, user->source, reason);
	buffer_format(&quit_reason, "Killed (%s (%s))", actor->nick, reason);
	send_kill(actor, user, reason, quit_reason.bytes);
	close_user(actor->world, actor->outbox, user, quit_reason.bytes);
}

void expel_member(struct fanout *fanout, struct member *member, enum history_verb verb)
{
	struct world *world = fanout->world;

	fanout_about(fanout, member);
	if (member_is_public(member))
		history_note_event(fanout, member->channel, verb);
	fanout_end(fanout);
	channel_remove(world, member);
}

void expel_from_channel(const struct actor *actor, struct member *member, const char *reason)
{
	CLEANUP(mem_freep) char *shown = mem_text(reason ? reason : actor->nick);
	struct fanout fanout;

	if (reason)
		shown[text_cut_utf8(shown, strlen(shown), actor->world->settings->kick_length)] =
			'\0';
	fanout_begin(&fanout, actor->world, actor->outbox, ":%s KICK %s %s :%s", actor->source,
		member->channel->name, member->user->nick, shown);
	fanout_from(&fanout, actor->user);
	expel_member(&fanout, member, HISTORY_VERB_KICK);
}
