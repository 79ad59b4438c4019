/* Owns what is known of a user's presence: see always_on.h. */
#include "world/user.h"

void user_set_detached(struct user *user, uint64_t wall_ms)
{
	user->detached_wall_ms = wall_ms;
}

void user_set_auto_away(struct user *user, bool is_set)
{
	user->is_auto_away = is_set;
}

void user_set_signon(struct user *user, uint64_t wall_ms)
{
	user->signon_wall_ms = wall_ms;
}
