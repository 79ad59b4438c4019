/* Owns changes of being away.
 *
 * A client that sends AWAY * counts as if it were not there (IRCv3 pre-away): a phone, for example,
 * that fetches messages by itself. */
#include "action/going_away.h"

#include "action/remark.h"
#include "world/account_wishes.h"
#include "world/accounts.h"
#include "world/always_on.h"
#include "world/caps.h"
#include "world/fanout.h"
#include "world/monitor_reach.h"
#include "world/session.h"
#include "world/user.h"

#define AWAY_WITHOUT_CLIENT "Not connected at the moment"
#define AWAY_UNSPECIFIED "*"

static void begin_away_line(struct fanout *fanout, struct call *call, const char *text)
{
	fanout_begin(fanout, call->world, call->outbox, ":%s AWAY :%s", call->user->source,
		text ? text : AWAY_UNSAID);
	fanout_from(fanout, call->user);
	fanout->needs = CAP_AWAY_NOTIFY;
}

static void tell_of_going(struct call *call)
{
	struct fanout fanout;

	remark_to_neighbours(call, call->user->away, true, begin_away_line);
	if (!monitor_has_watchers(call->world, call->user->nick))
		return;
	begin_away_line(&fanout, call, call->user->away);
	monitor_to_strangers(&fanout, call->user);
	fanout_end(&fanout);
}

static void tell_of_return(struct call *call)
{
	struct fanout fanout;

	fanout_begin(&fanout, call->world, call->outbox, ":%s AWAY", call->user->source);
	fanout_from(&fanout, call->user);
	fanout.needs = CAP_AWAY_NOTIFY;
	monitor_to_observers(&fanout, call->user);
	fanout_end(&fanout);
}

void away_change(struct world *world, struct outbox *outbox, struct user *user, const char *reason)
{
	struct call call = { .world = world, .outbox = outbox, .user = user };
	bool was_away = user->away;

	user_set_away(user, reason);
	user_set_auto_away(user, false);
	if (reason)
		tell_of_going(&call);
	else if (was_away)
		tell_of_return(&call);
	always_on_touch(world, user);
}

static bool is_someone_there(const struct user *user)
{
	const struct session *session;

	LIST_EACH (session, &user->sessions, in_user)
		if (!session_extras(session)->is_absent)
			return true;
	return false;
}

/* NULL: it is not marked. */
static const char *away_without(const struct world *world, const struct user *user)
{
	if (!list_is_empty(&user->sessions))
		return AWAY_UNSPECIFIED;
	return account_has_wish(world, account_of_user(world, user), ACCOUNT_WISH_AUTO_AWAY)
		       ? AWAY_WITHOUT_CLIENT
		       : NULL;
}

void away_follow(struct world *world, struct outbox *outbox, struct user *user)
{
	bool is_auto = user->is_auto_away;
	const char *reason = is_someone_there(user) ? NULL : away_without(world, user);

	if (user->away && !is_auto)
		return;
	if (!reason == !user->away)
		return;
	away_change(world, outbox, user, reason);
	user_set_auto_away(user, reason != NULL);
}
