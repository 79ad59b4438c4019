/* Owns the requests that are free of flood cost after a join.
 *
 * Clients join dozens of channels when they start, and ask for the modes, bans, names and WHO of
 * each: 250 units of a budget of 30. Each member has one bit for each of these requests, which the
 * first request uses up. A bucket of joins limits clients that join and leave only to get free
 * requests. */
#include "action/look.h"

#include "world/session.h"
#include "world/user.h"

#define ALLOWANCE_SECONDS 600

static void mark_cost(struct call *call, bool is_free)
{
	if (is_free)
		call->is_free = true;
	else
		call->is_charged = true;
}

void look_grant(struct call *call, struct member *member)
{
	const struct rate allowance = { call->world->settings->channels_per_user,
		ALLOWANCE_SECONDS };
	bool is_free = session_take_looks(call->session, call->world->now_ms, allowance);

	if (is_free)
		member_grant_looks(member);
	mark_cost(call, is_free);
}

void look_spend(struct call *call, const struct channel *channel, uint8_t look)
{
	struct member *member = channel ? user_find_member(call->user, channel) : NULL;

	mark_cost(call, member && member_take_look(member, look));
}
