/* Several clients of one account may share a nickname: each is a session of the same user. A client
 * becomes one by registering with the nick of a user that is logged in to the client's account. */
#pragma once

#include <stdbool.h>

#include "action/command.h"

struct user;

/* May a client that has not logged in yet turn out to be a session of the user with that nick? */
bool attaching_may_follow(const struct world *world, const char *nick);
/* The user that the registering caller joins. NULL: none, with a reason to tell if the user is of
 * the same account, or NULL. */
struct user *attaching_find(const struct call *call, const char *nick, const char **ret_reason);
