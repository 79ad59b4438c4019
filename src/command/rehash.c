/* Owns REHASH and new settings, which disconnect no client. */
#include "command/rehash.h"

#include <string.h>

#include "action/cap_news.h"
#include "action/configured_bans.h"
#include "action/configured_channels.h"
#include "action/configured_filters.h"
#include "action/nick_owner.h"
#include "action/notices.h"
#include "action/operators.h"
#include "action/reply.h"
#include "action/staying.h"
#include "base/cleanup.h"
#include "base/mem.h"
#include "command/commands.h"
#include "command/isupport.h"
#include "world/naming.h"
#include "world/operating.h"
#include "world/session.h"
#include "world/user.h"

static void apply_to_session(struct world *world, struct outbox *outbox, struct session *session)
{
	const struct class_settings *class = session_class(world, session);

	outbox_limits(
		outbox, session->id, (struct limits){ class->send_queue, class->receive_queue });
	session_set_timer(world, session);
}

static void tell_of_clash(struct world *world, struct outbox *outbox, uint64_t asker,
	const struct naming_clash *clash)
{
	const char *wanted = world->settings->casemapping;
	CLEANUP(buffer_done) struct buffer text = { 0 };

	outbox_log(outbox, LOGBOOK_CASEMAPPING_WAITS, "CASEMAPPING", wanted, "NAME", clash->a,
		"OTHER_NAME", clash->b);
	buffer_format(&text,
		"server.casemapping stays \"%s\" for now: under \"%s\" the names %s and %s would "
		"clash; reload again when one of them is no longer in use",
		casemap_row(world->casemap)->name, wanted, clash->a, clash->b);
	notice_session_of_id(world, outbox, asker, text.bytes);
}

static void apply_casemapping(struct world *world, struct outbox *outbox, uint64_t asker)
{
	struct naming_clash clash;

	if (!naming_set_casemap(world, naming_wanted(world->settings), &clash))
		tell_of_clash(world, outbox, asker, &clash);
}

static void tell_of_rest(struct world *world, struct outbox *outbox, const struct event *event)
{
	CLEANUP(buffer_done) struct buffer text = { 0 };

	if (!event->text_length)
		return;
	buffer_format(&text, "But %.*s", (int) event->text_length, event->text);
	notice_session_of_id(world, outbox, event->session, text.bytes);
}

void settings_arrived(struct world *world, struct outbox *outbox, const struct event *event)
{
	struct settings *old = world->settings ? settings_ref(world->settings) : NULL;
	CLEANUP(mem_freep) char *old_isupport = old ? isupport_text(world) : NULL;
	struct session *session;
	struct user *user;

	world_set_settings(world, event->settings);
	notice_operators(world, outbox, NOTICE_KIND_SERVER, "The new configuration is in force");
	LIST_EACH (session, &world->sessions, in_world)
		apply_to_session(world, outbox, session);
	ORDERED_EACH (user, &world->users)
		operator_review(world, outbox, user);
	notice_session_of_id(world, outbox, event->session, "The new configuration is in force");
	tell_of_rest(world, outbox, event);
	apply_casemapping(world, outbox, event->session);
	nick_owner_review_all(world, outbox);
	staying_review(world, outbox, 0);
	cap_check_settings(world->settings, outbox);
	if (old) {
		isupport_tell_changes(world, outbox, old_isupport);
		cap_basis_changed(world, outbox,
			&(struct cap_basis){ old, (enum certificates) world->certificates,
				(enum storage_state) world->storage, world->vapid });
	}
	configured_filters_apply(world);
	configured_bans_apply(world, outbox, old);
	configured_channels_apply(world, outbox, old);
	settings_unref(old);
}

void reload_failed(struct world *world, struct outbox *outbox, const struct event *event)
{
	notice_failure(world, outbox, event,
		"The new configuration was refused, the old one stays in force");
}

static void run(struct call *call)
{
	reply(call, RPL_REHASHING, "papod.conf");
	outbox_log(call->outbox, LOGBOOK_REHASH, "NICK", call->user->nick, "OPERATOR",
		session_operator(call->session));
	notice_operators(call->world, call->outbox, NOTICE_KIND_SERVER,
		"%s {%s} asked for a reload", call->user->source, session_operator(call->session));
	outbox_add(call->outbox, EFFECT_RELOAD, call->session->id);
}

COMMAND(rehash) = {
	.name = "REHASH",
	.cost = 5,
	.privilege = "rehash",
	.reach = COMMAND_REACH_WORLD,
	.run = run,
	.papoctl = "changes, reload",
	.usage = "",
	.help = "Reads the configuration again. If it has errors, the server reports them and "
		"changes nothing.",
};
