/* Acceptances: messages that a user gets despite its modes. An acceptance is linked to its owner,
 * whose ACCEPT list contains it, and to the accepted user, and is freed with either. */
#pragma once

#include <stdbool.h>

#include "base/buffer.h"
#include "base/list.h"
#include "base/pack.h"

struct world;
struct user;

struct acceptance {
	struct list in_owner; /* struct user.acceptances, oldest first */
	struct list in_other; /* struct user.accepted_by */
	struct user *owner;
	struct user *other;
};

void acceptance_new(struct user *owner, struct user *other);
void acceptance_free(struct acceptance *acceptance); /* NULL is allowed */
struct acceptance *acceptance_find(const struct user *owner, const struct user *other);

bool acceptance_is_full(const struct world *world, const struct user *owner);

void acceptances_free_by_others(struct user *user);
void acceptances_free_of_user(struct user *user); /* both sides */

/* Save all acceptances of a user. */
void acceptances_save(struct buffer *out, uint16_t id, const struct user *owner);
/* Users must be loaded already. */
void acceptance_load(struct world *world, struct pack record);
