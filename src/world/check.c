/* Owns the search for contradictions: what must be true in every world between two events. */
#include "base/cleanup.h"
#include "world/acceptance.h"
#include "world/accounts.h"
#include "world/answer_cursor.h"
#include "world/caps.h"
#include "world/changes.h"
#include "world/channel.h"
#include "world/invitation.h"
#include "world/line_tags.h"
#include "world/mails.h"
#include "world/modes.h"
#include "world/operating.h"
#include "world/pushes.h"
#include "world/registered_channels.h"
#include "world/renaming.h"
#include "world/rows.h"
#include "world/session.h"
#include "world/sight.h"
#include "world/user.h"
#include "world/world.h"

/* A replay is about messages. */
static uint64_t answer_bound(const struct world *world, const struct answer_cursor *answer)
{
	return answer->kind == ANSWER_KIND_REPLAY ? world->last_msgid + 1 : world->next_number;
}

static const char *check_session(const struct world *world, const struct session *session)
{
	const struct session_extras *extras = session_extras(session);

	if (session_find(world, session->id) != session)
		return "a session is not in its slot";
	if (!session->user == !session->registration)
		return "a session is neither registering nor a user, or both";
	if (session->class_index >= world->settings->n_classes)
		return "a session has no class";
	if (!session->timer.index || session->timer.index > world->timers.count ||
		world->timers.nodes[session->timer.index - 1] != &session->timer)
		return "a session has no timer";
	if (session->wait != SESSION_WAIT_NONE && !session->request)
		return "a session waits for nothing";
	if (!(session->pauses & SESSION_PAUSE_READ) != !session->answer)
		return "a session reads what it did not ask for, or the other way round";
	if (session->answer && session->answer->until > answer_bound(world, session->answer))
		return "an answer is about those who are still to come";
	if ((extras->label || extras->label_batch) && !session_awaits_answer(session))
		return "a labelled answer is to come, and no session waits for it";
	if (extras->label && extras->label_batch)
		return "a labelled answer has begun and has not";
	if (session->caps != caps_in_force(session->granted_caps) ||
		session->tag_groups != line_tags_wanted(session->caps))
		return "a session's capabilities in force are others than it was granted";
	if (extras->batch && (!session->user || (extras->batch->n_lines && !extras->batch->target)))
		return "a batch has no user, or has failed with lines";
	if (!metadata_is_in_order(&extras->subscriptions))
		return "a session's subscriptions are out of order";
	if (extras->certificate && extras->certificate->version != session->tls_version)
		return "a session's certificate is not from its TLS";
	if (session->is_closing)
		return "a closing session was not swept";
	return NULL;
}

static const char *check_invitations(const struct world *world, const struct channel *channel)
{
	const struct invitation *invitation;
	uint64_t number = 0;
	size_t n = 0;

	LIST_EACH (invitation, &channel->invitations, in_channel) {
		if (invitation->channel != channel || user_find_member(invitation->user, channel))
			return "an invitation is not one to its channel";
		if (list_is_empty(&invitation->in_user))
			return "an invitation has no user";
		if (invitation->number <= number || invitation->number > world->next_number)
			return "a channel's invitations are out of order";
		number = invitation->number;
		n++;
	}
	return n > INVITATIONS ? "a channel has too many invitations" : NULL;
}

static const char *check_acceptances(const struct user *user)
{
	const struct acceptance *acceptance;

	LIST_EACH (acceptance, &user_extras(user)->acceptances, in_owner)
		if (acceptance->owner != user || list_is_empty(&acceptance->in_other))
			return "an acceptance has another owner, or no other user";
	LIST_EACH (acceptance, &user_extras(user)->accepted_by, in_other)
		if (acceptance->other != user ||
			acceptance_find(acceptance->owner, user) != acceptance)
			return "an acceptance is not in the list of its owner, or twice";
	return NULL;
}

static const char *check_sessions_of(const struct user *user)
{
	bool is_first = true, is_secure = !list_is_empty(&user->sessions);
	const struct session *session;
	uint64_t joined = 0;

	LIST_EACH (session, &user->sessions, in_user) {
		if (session->user != user)
			return "a user's session belongs to somebody else";
		if (!is_first && session_extras(session)->joined <= joined)
			return "a user's sessions are out of order";
		joined = session_extras(session)->joined;
		is_secure = is_secure && session_is_secure(session);
		is_first = false;
	}
	return is_secure == !(user->flags & USER_FLAG_SECURE)
		       ? "a user is secure and its sessions are not, or the other way round"
		       : NULL;
}

static const char *check_user(const struct world *world, const struct user *user)
{
	const struct invitation *invitation;
	uint64_t number = 0;

	if (user_find(world, user->nick) != user)
		return "a user is not found by nick";
	if (user->skeleton && map_find(&world->users_by_skeleton, user->skeleton) != user)
		return "a user is not found by the looks of its nick";
	if (user->flags & USER_FLAG_CLOAKED && !user->cloak)
		return "a cloaked user has no cloak";
	if (!metadata_is_in_order(&user_extras(user)->metadata))
		return "a user's metadata is out of order";
	if (user->number > world->next_number)
		return "a user's number is still to come";
	if (user_find_number(world, user->number) != user)
		return "a user is not found by number";
	if (!(user->flags & USER_FLAG_OPERATOR) != !user->operator_name)
		return "an operator has no name";
	if (user->flags & user_flags_of_operators() && !user->operator_name)
		return "a mode of operators is somebody else's";
	if (!(user->flags & USER_FLAG_NOTICES) != !user->notices)
		return "a user is told of nothing, or of something unasked";
	if (user->notices && !user->operator_name)
		return "somebody who is no operator is told of the server";
	if (operating_check(user))
		return operating_check(user);
	if (world->storage >= STORAGE_FAILING && user->flags & USER_FLAG_REGISTERED &&
		!account_has_nick_of_user(world, user))
		return "a user is registered whose nick is not its account's";
	for (size_t i = 0; i < user->n_members; i++) {
		if (user->members[i]->user != user)
			return "a membership belongs to somebody else";
		if (i && user->members[i]->number <= user->members[i - 1]->number)
			return "a user's memberships are out of order";
	}
	LIST_EACH (invitation, &user_extras(user)->invitations, in_user) {
		if (invitation->user != user || invitation->number <= number)
			return "a user's invitations are somebody else's or out of order";
		number = invitation->number;
	}
	return check_sessions_of(user) ? check_sessions_of(user) : check_acceptances(user);
}

static const char *check_renamings(const struct world *world, const struct channel *channel)
{
	const struct renaming *renaming;
	size_t n = 0;

	if (map_find(&world->renamings, channel->folded))
		return "a channel's name leads to another channel";
	LIST_EACH (renaming, &channel->renamings, in_channel) {
		if (renaming->channel != channel ||
			map_find(&world->renamings, renaming->folded) != renaming)
			return "a channel's old name does not lead to it";
		n++;
	}
	return n > RENAMINGS ? "a channel has too many old names" : NULL;
}

static const char *check_channel(const struct world *world, const struct channel *channel)
{
	if (channel_find(world, channel->name) != channel)
		return "a channel is not found by name";
	if (!metadata_is_in_order(&channel->metadata))
		return "a channel's metadata is out of order";
	if (channel->number > world->next_number)
		return "a channel's number is still to come";
	if (ordered_from(&world->channels, channel->number) != channel)
		return "a channel is not found by number";
	if (!channel->n_members && !channel->registered &&
		!(channel->flags & CHANNEL_FLAG_PERMANENT))
		return "a channel is empty";
	for (size_t i = 0; i < channel->n_members; i++) {
		const struct member *member = channel->members[i];

		if (member->channel != channel || user_find_member(member->user, channel) != member)
			return "a member is not a member";
		if (i && member->number <= channel->members[i - 1]->number)
			return "a channel's members are out of order";
		if (member->number > world->next_number)
			return "a member's number is still to come";
	}
	if (!channel->step_ms != !channel->step.index)
		return "a channel's next step has no timer, or too many";
	if (!channel->step_ms && sight_lags(channel))
		return "members see others than they may, and no step is due";
	if (check_renamings(world, channel))
		return check_renamings(world, channel);
	return check_invitations(world, channel);
}

static const char *check_counts(const struct world *world)
{
	uint32_t n_sessions = 0, n_unregistered = 0, n_users = 0, n_channels = 0;
	uint32_t n_invisible = 0, n_operators = 0, n_hidden = 0;
	size_t n_members = 0;
	const struct session *session;
	const struct channel *channel;
	const struct user *user;

	LIST_EACH (session, &world->sessions, in_world) {
		n_sessions++;
		n_unregistered += !session->user;
	}
	ORDERED_EACH (user, &world->users) {
		n_users++;
		n_invisible += (user->flags & USER_FLAG_INVISIBLE) != 0;
		n_operators += (user->flags & USER_FLAG_OPERATOR) != 0;
		n_hidden += (user->flags & USER_FLAG_HIDES_OPERATOR) != 0;
		n_members += user->n_members;
	}
	ORDERED_EACH (channel, &world->channels) {
		n_channels++;
		n_members -= channel->n_members;
	}
	if (n_sessions != world->n_sessions || n_unregistered != world->n_unregistered ||
		n_sessions != world->timers.count)
		return "the sessions are miscounted";
	if (n_users != world->n_users || n_users != world->users_by_nick.count ||
		n_users != ordered_count(&world->users) ||
		world->users_by_skeleton.count != (world->casemap == CASEMAP_UTF8 ? n_users : 0))
		return "the users are miscounted";
	if (n_channels != world->n_channels || n_channels != world->channels_by_name.count ||
		n_channels != ordered_count(&world->channels))
		return "the channels are miscounted";
	if (n_invisible != world->n_invisible || n_operators != world->n_operators ||
		n_hidden != world->n_hidden_operators)
		return "the flags of users are miscounted";
	return n_members ? "the members are miscounted" : NULL;
}

static const char *check_watchers(const struct world *world)
{
	const struct user *user;
	size_t n = 0;

	ORDERED_EACH (user, &world->users) {
		if (!user->notices)
			continue;
		if (n == world->n_watchers || world->watchers[n++] != user)
			return "who is told of the server is not in order";
	}
	return n != world->n_watchers ? "somebody who is gone is told of the server" : NULL;
}

/* Every session is counted in its class, and at its address and network. */
static const char *check_census(const struct world *world)
{
	uint32_t in_classes = 0;

	if (!world->settings)
		return NULL;
	if (world->census.n_classes != world->settings->n_classes)
		return "the classes of another configuration are counted";
	for (size_t i = 0; i < world->census.n_classes; i++)
		in_classes += world->census.classes[i];
	if (in_classes != world->n_sessions)
		return "the classes are miscounted";
	return census_is_in_order(&world->census, world->now_ms)
		       ? NULL
		       : "somebody came in another order, or has yet to come";
}

const char *world_check(const struct world *world)
{
	const char *wrong = check_counts(world);
	const struct session *session;
	const struct channel *channel;
	const struct user *user;

	if (!list_is_empty(&world->dying_sessions) || !list_is_empty(&world->dying_users) ||
		!list_is_empty(&world->dying_channels) || world->dying_members)
		return "the dead were not swept";
	if (!wrong)
		wrong = check_census(world);
	if (!wrong)
		wrong = check_watchers(world);
	if (!wrong)
		wrong = monitors_check(world);
	if (!wrong)
		wrong = bans_check(&world->bans, world->next_number);
	if (!wrong)
		wrong = filters_check(world);
	if (!wrong)
		wrong = complaints_check(world);
	if (!wrong)
		wrong = lockdown_check(&world->lockdown);
	if (!wrong)
		wrong = known_addresses_check(&world->known_addresses);
	if (!wrong)
		wrong = accounts_check(world);
	if (!wrong)
		wrong = changes_check(world);
	if (!wrong)
		wrong = mails_check(world);
	if (!wrong)
		wrong = pushes_check(world);
	if (!wrong)
		wrong = registered_channels_check(world);
	if (!wrong)
		wrong = notification_sources_check(&world->notification_sources);
	if (!world->settings)
		return world->n_sessions || world->n_users ? "nothing can be without settings"
							   : wrong;
	LIST_EACH (session, &world->sessions, in_world)
		if (!wrong)
			wrong = check_session(world, session);
	ORDERED_EACH (user, &world->users)
		if (!wrong)
			wrong = check_user(world, user);
	ORDERED_EACH (channel, &world->channels)
		if (!wrong)
			wrong = check_channel(world, channel);
	return wrong;
}
