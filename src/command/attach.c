/* Owns what a session is sent that joins those of its user: what the user is and where, as if it
 * had just joined its channels. Others see nothing of it. */
#include "command/attach.h"

#include <string.h>

#include "action/going_away.h"
#include "action/history_replay.h"
#include "action/look.h"
#include "action/metadata_push.h"
#include "action/operators.h"
#include "action/presence.h"
#include "action/reply.h"
#include "base/cleanup.h"
#include "base/mem.h"
#include "command/join.h"
#include "command/registration.h"
#include "world/channel.h"
#include "world/devices.h"
#include "world/operating.h"
#include "world/session.h"
#include "world/user.h"

static void show_own_channel(struct call *call, struct member *member)
{
	show_own_arrival(call->world, call->outbox, call->session, member);
	look_grant(call, member);
	join_welcome(call, member->channel);
	history_replay_channel(call, member->channel);
}

/* The client has set it before it knew of the others. */
static void set_own_metadata(struct call *call, const struct metadata *given)
{
	struct metadata *metadata = &user_need_extras(call->user)->metadata;
	const struct metadata_target target = { .name = call->user->nick, .user = call->user };

	for (size_t i = 0; i < given->count; i++) {
		const struct metadata_entry *entry = &given->entries[i];
		bool has_room = metadata_get(metadata, entry->key) ||
				metadata->count < call->world->settings->metadata_keys;

		if (has_room && metadata_set(metadata, entry->key, entry->value))
			metadata_push(call, &target, entry->key, entry->value);
	}
}

/* What the client has said of itself before it registered. IRCv3 pre-away. */
static void follow_presence(struct call *call, const char *away)
{
	bool is_absent = away && strcmp(away, "*") == 0;

	session_set_absent(call->session, is_absent);
	if (away && !is_absent)
		away_change(call->world, call->outbox, call->user, away);
	if (!device_missed_since(call->session) && call->user->detached_wall_ms)
		session_set_missed(call->session, call->user->detached_wall_ms);
	user_set_detached(call->user, 0);
	away_follow(call->world, call->outbox, call->user);
}

/* The first client of a user that had none: the user is where that client is. */
static void move_user(const struct call *call, struct user *user, const struct cloaks *cloaks)
{
	CLEANUP(mem_freep) char *old_source = mem_text(user->source);
	CLEANUP(mem_freep) char *name = TAKE(call->session->registration->host);

	cloak_give(call->world, user, &call->session->address, name, cloaks);
	host_changed(call->world, call->outbox, user, old_source);
}

static void attach_session(struct call *call, struct user *user)
{
	CLEANUP(metadata_done)
	struct metadata given = registration_take_metadata(call->session->registration);
	uint32_t old_flags = user->flags;
	CLEANUP(mem_freep) char *away = TAKE(call->session->registration->away);

	session_attach(call->world, call->session, user);
	call->user = user;
	device_arrived(call->world, call->session);
	announce_modes_to_others(call->world, call->outbox, call->session, old_flags);
	if (given.count)
		set_own_metadata(call, &given);
	follow_presence(call, away);
}

void attach_to_user(struct call *call, struct user *user, const struct cloaks *cloaks)
{
	if (list_is_empty(&user->sessions))
		move_user(call, user, cloaks);
	attach_session(call, user);
	registration_tell(call);
	registration_welcome(call);
	show_session_modes(call->world, call->outbox, call->session);
	if (user->away)
		reply(call, RPL_NOWAWAY);
	operator_begin_by_itself(call->world, call->outbox, call->session);
	if (user->operator_name && !session_operator(call->session))
		tell_session(call->world, call->outbox, call->session,
			":%s NOTICE %s :Another client of yours is an operator of the server. This "
			"one is not, unless it sends OPER",
			call->world->settings->server_name, user->nick);
	for (size_t i = 0; i < user->n_members; i++)
		show_own_channel(call, user->members[i]);
	history_replay_private(call);
	/* What it joins from now on is new to it. */
	session_set_missed(call->session, 0);
}
