/* Owns the walk to the recipients of a message that was sent before. */
#include "action/hearers.h"

#include "world/user.h"

static void tell_below(struct fanout *fanout, const struct channel *channel,
	const struct user *user, uint32_t rank)
{
	const struct member *member = user ? user_find_member(user, channel) : NULL;

	if (member && !member_has_rank(member, rank))
		fanout_to_user(fanout, user);
}

void hearers_tell(struct fanout *fanout, const struct call *call, const struct channel *channel,
	const struct recent_message *message)
{
	const struct user *speaker = user_find_number(call->world, message->user);

	fanout_to_rank(fanout, channel, message->rank);
	tell_below(fanout, channel, call->user, message->rank);
	if (speaker != call->user)
		tell_below(fanout, channel, speaker, message->rank);
}
