/* Owns the changes of accounts. IRCv3 account-notify. */
#include "action/account.h"

#include "action/channel_access.h"
#include "world/caps.h"
#include "world/fanout.h"
#include "world/monitor_reach.h"
#include "world/user.h"

void account_change(
	struct world *world, struct outbox *outbox, struct user *user, const char *account)
{
	struct fanout fanout;

	user_set_account(user, account);
	fanout_begin(
		&fanout, world, outbox, ":%s ACCOUNT %s", user->source, account ? account : "*");
	fanout_from(&fanout, user);
	fanout.needs = CAP_ACCOUNT_NOTIFY;
	fanout_to_user(&fanout, user);
	monitor_to_observers(&fanout, user);
	fanout_end(&fanout);
	channel_access_logged_in(world, outbox, user);
}

void account_log_out_strangers(struct world *world, struct outbox *outbox)
{
	struct user *user;

	ORDERED_EACH (user, &world->users)
		if (user->account && !account_find(world, user->account))
			account_change(world, outbox, user, NULL);
}
