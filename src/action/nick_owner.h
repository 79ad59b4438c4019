/* Users whose nickname belongs to an account. If they are not logged in to it, and its nicknames
 * are protected, they are notified, and become guests when the time of grace is over. */
#pragma once

#include "world/outbox.h"
#include "world/user.h"
#include "world/world.h"

/* Does the user have a protected nickname of an account that it is not logged in to? */
bool nick_owner_objects(const struct world *world, const struct user *user);
/* The nickname, its owner or the login of the user may be another one. */
void nick_owner_review(
	struct world *world, struct outbox *outbox, struct user *user, bool is_new_nick);
/* The account, which may be gone, has other nicknames, or another protection. */
void nick_owner_review_account(struct world *world, struct outbox *outbox, uint64_t account);
void nick_owner_review_all(struct world *world, struct outbox *outbox);
