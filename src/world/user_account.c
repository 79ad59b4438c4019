/* Owns the accounts of users, and which users each has. */
#include "base/mem.h"
#include "world/user.h"
#include "world/world.h"

static struct list *users_beside(struct world *world, uint64_t account)
{
	return &world->users_by_account[account % WORLD_USER_LISTS];
}

void user_enter_account(struct world *world, struct user *user)
{
	struct list *users = users_beside(world, user->account_id), *before = users->previous;

	if (!user->account_id)
		return;
	while (before != users &&
		CONTAINER_OF(before, struct user, in_account)->number > user->number)
		before = before->previous;
	list_add_last(before->next, &user->in_account);
}

void user_set_account(struct world *world, struct user *user, const char *account, uint64_t id)
{
	list_remove(&user->in_account);
	mem_set_text(&user->account, account);
	user->account_id = account ? id : 0;
	user_enter_account(world, user);
}

struct user *user_next_of(struct world *world, uint64_t account, const struct user *before)
{
	struct list *users = users_beside(world, account);
	struct list *at = before ? before->in_account.next : users->next;

	for (; at != users; at = at->next) {
		struct user *user = CONTAINER_OF(at, struct user, in_account);

		if (user->account_id == account)
			return user;
	}
	return NULL;
}
