/* Owns the question which user a new session joins. */
#include "action/attaching.h"

#include "action/account.h"
#include "world/account_wishes.h"
#include "world/channel.h"
#include "world/modes.h"
#include "world/session.h"
#include "world/user.h"

static bool takes_sessions(const struct world *world, const struct user *user)
{
	const struct account *account = account_of_user(world, user);

	return account && (list_is_empty(&user->sessions) ||
				  account_has_wish(world, account, ACCOUNT_WISH_MULTICLIENT));
}

bool attaching_may_follow(const struct world *world, const char *nick)
{
	const struct user *user = user_find(world, nick);

	return user && takes_sessions(world, user);
}

static bool is_user_full(const struct world *world, const struct user *user)
{
	const struct session *session;
	uint32_t n = 0;

	LIST_EACH (session, &user->sessions, in_user)
		n++;
	return world->settings->accounts.clients && n >= world->settings->accounts.clients;
}

/* Mode z of a channel promises that all of its members use TLS. */
static bool needs_tls(const struct user *user)
{
	for (size_t i = 0; i < user->n_members; i++)
		if (user->members[i]->channel->flags & CHANNEL_FLAG_TLS_ONLY)
			return true;
	return false;
}

struct user *attaching_find(const struct call *call, const char *nick, const char **ret_reason)
{
	struct user *user = user_find(call->world, nick);
	uint64_t account = login_account_id(call->session);

	*ret_reason = NULL;
	if (!user || !account || user->account_id != account || !account_of_user(call->world, user))
		return NULL;
	if (!takes_sessions(call->world, user))
		*ret_reason = "another client of your account has this nickname, and your account "
			      "does not let clients share one";
	else if (is_user_full(call->world, user))
		*ret_reason = "too many clients of your account share this nickname already";
	else if (!session_is_secure(call->session) && needs_tls(user))
		*ret_reason = "this nickname is on a channel with mode z, so all of its clients "
			      "need TLS";
	return *ret_reason ? NULL : user;
}
