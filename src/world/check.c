/* Owns the contradictions: what must hold in every world between two events. */
#include "base/cleanup.h"
#include "world/channel.h"
#include "world/session.h"
#include "world/user.h"
#include "world/world.h"

static const char *check_session(const struct world *world, const struct session *session)
{
	if (session_find(world, session->id) != session)
		return "a session is not in its slot";
	if (!session->user == !session->registration)
		return "a session is neither registering nor a user, or both";
	if (session->class_index >= world->settings->n_classes)
		return "a session has no class";
	if (!session->timer.index)
		return "a session has no timer";
	if (session->wait != SESSION_WAIT_NONE && !session->request)
		return "a session waits for nothing";
	if (session->is_closing)
		return "a closing session was not swept";
	return NULL;
}

static const char *check_user(const struct world *world, const struct user *user)
{
	if (user_find(world, user->nick) != user)
		return "a user is not found by nick";
	if (user->number > world->next_number)
		return "a user's number is still to come";
	if (!(user->flags & USER_FLAG_OPERATOR) != !user->operator_name)
		return "an operator has no name";
	for (size_t i = 0; i < user->n_members; i++) {
		if (user->members[i]->user != user)
			return "a membership belongs to somebody else";
		if (i && user->members[i]->number <= user->members[i - 1]->number)
			return "a user's memberships are out of order";
	}
	return NULL;
}

static const char *check_channel(const struct world *world, const struct channel *channel)
{
	if (channel_find(world, channel->name) != channel)
		return "a channel is not found by name";
	if (!channel->n_members)
		return "a channel is empty";
	if (channel->n_invited > CHANNEL_INVITES)
		return "a channel has too many invitations";
	for (size_t i = 0; i < channel->n_members; i++) {
		const struct member *member = channel->members[i];

		if (member->channel != channel || user_find_member(member->user, channel) != member)
			return "a member is not a member";
		if (i && member->number <= channel->members[i - 1]->number)
			return "a channel's members are out of order";
		if (member->number > world->next_number)
			return "a member's number is still to come";
	}
	return NULL;
}

static const char *check_counts(const struct world *world)
{
	uint32_t n_sessions = 0, n_unregistered = 0, n_users = 0, n_channels = 0;
	const struct session *session;
	const struct channel *channel;
	const struct user *user;

	LIST_EACH (session, &world->sessions, in_world) {
		n_sessions++;
		n_unregistered += !session->user;
	}
	LIST_EACH (user, &world->users, in_world)
		n_users++;
	LIST_EACH (channel, &world->channels, in_world)
		n_channels++;
	if (n_sessions != world->n_sessions || n_unregistered != world->n_unregistered ||
		n_sessions != world->timers.count)
		return "the sessions are miscounted";
	if (n_users != world->n_users || n_users != world->users_by_nick.count)
		return "the users are miscounted";
	if (n_channels != world->n_channels || n_channels != world->channels_by_name.count)
		return "the channels are miscounted";
	return NULL;
}

const char *world_check(const struct world *world)
{
	const char *wrong = check_counts(world);
	const struct session *session;
	const struct channel *channel;
	const struct user *user;

	if (!world->settings)
		return world->n_sessions || world->n_users ? "nothing can be without settings"
							   : wrong;
	LIST_EACH (session, &world->sessions, in_world)
		if (!wrong)
			wrong = check_session(world, session);
	LIST_EACH (user, &world->users, in_world)
		if (!wrong)
			wrong = check_user(world, user);
	LIST_EACH (channel, &world->channels, in_world)
		if (!wrong)
			wrong = check_channel(world, channel);
	return wrong;
}
