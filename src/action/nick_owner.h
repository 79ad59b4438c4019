/* Users whose nickname belongs to an account. If they are logged in to it, they have user mode r.
 * If not, and its nicknames are protected, they are notified, and become guests when the time of
 * grace is over; so do users whose nickname only looks like one of an account. */
#pragma once

#include "world/outbox.h"
#include "world/user.h"
#include "world/world.h"

struct change;

/* Does the user have a protected nickname of an account that it is not logged in to? */
bool nick_owner_objects(const struct world *world, const struct user *user);
/* Set USER_FLAG_REGISTERED, or remove it, without telling the user. */
void nick_owner_mark(struct world *world, struct user *user);
/* The nickname, its owner or the login of the user may be another one. */
void nick_owner_review(
	struct world *world, struct outbox *outbox, struct user *user, bool is_new_nick);
/* The account of the change, which may be gone, has other nicknames, or another protection. */
void nick_owner_review_change(
	struct world *world, struct outbox *outbox, const struct change *change);
void nick_owner_review_all(struct world *world, struct outbox *outbox);
