/* Owns when a user without a client stays, and when it leaves. */
#include "action/staying.h"

#include "action/closing.h"
#include "base/date.h"
#include "world/always_on.h"
#include "world/user.h"

/* While the accounts are not here, it is not known what they want. */
static bool may_stay(const struct world *world, const struct user *user)
{
	return world->storage < STORAGE_FAILING || user_is_always_on(world, user);
}

void staying_review(struct world *world, struct outbox *outbox, uint64_t account)
{
	struct user *user;

	ORDERED_EACH (user, &world->users) {
		if (account && user->account_id != account)
			continue;
		always_on_touch(world, user);
		if (list_is_empty(&user->sessions) && !may_stay(world, user))
			close_user(world, outbox, user, "Its account does not keep it here");
	}
}

void staying_expire(struct world *world, struct outbox *outbox)
{
	uint64_t most_ms = world->settings->accounts.always_on_days * DAY_MS;
	struct user *user;

	if (!most_ms)
		return;
	ORDERED_EACH (user, &world->users) {
		uint64_t since_ms = user->detached_wall_ms;

		if (list_is_empty(&user->sessions) && since_ms && world->wall_ms > since_ms &&
			world->wall_ms - since_ms > most_ms)
			close_user(world, outbox, user, "No client of it was here for long");
	}
}
