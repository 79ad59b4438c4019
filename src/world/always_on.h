/* Users that stay when their last client has left: on their channels, through restarts, and with
 * the database also through a stop of the server. The account has to want it, and the nick has to
 * be one of the account, which its owner will find again.
 *
 * Such a user is a mark of its account (account_marks.h), whose row holds what the user is and
 * where from the last time that it was stored. At the start of the server users are made from these
 * rows. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/pack.h"

struct user;
struct world;

bool user_is_always_on(const struct world *world, const struct user *user);
/* It has changed: store it soon, if it is one of them; otherwise remove its row. */
void always_on_touch(struct world *world, const struct user *user);
/* It has left, or has another nick or account now: remove its row. */
void always_on_forget(struct world *world, const struct user *user);

/* The fields of the row, beside those of the mark. */
void always_on_put(struct buffer *out, const struct world *world, const char *nick);
/* All rows have come: make their users, once, at the start of the server. Later, rows whose user
 * has left are removed. */
void always_on_restore(struct world *world);
