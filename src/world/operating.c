/* Owns the powers of clients of operators. */
#include "world/operating.h"

#include <string.h>

#include "base/mem.h"
#include "world/administrator.h"
#include "world/user.h"

bool session_has_privilege(
	const struct world *world, const struct session *session, const char *privilege)
{
	const char *name = session_operator(session);
	const struct operator_settings *oper =
		name ? settings_find_operator(world->settings, name) : NULL;

	return session_is_administrator(session) ||
	       (oper && settings_operator_has(oper, privilege));
}

bool user_has_privilege(const struct world *world, const struct user *user, const char *privilege)
{
	const struct session *session;

	LIST_EACH (session, &user->sessions, in_user)
		if (session_has_privilege(world, session, privilege))
			return true;
	return false;
}

/* NULL: it is none. */
static const char *operator_of_user(const struct user *user)
{
	const struct session *session;

	LIST_EACH (session, &user->sessions, in_user)
		if (session_operator(session))
			return session_operator(session);
	return NULL;
}

void operating_review(struct world *world, struct user *user)
{
	const char *name = operator_of_user(user);

	if (name || user->operator_name)
		user_set_operator(world, user, name);
}

void session_set_operator(struct world *world, struct session *session, const char *name)
{
	mem_set_text(&session_need_extras(session)->operator_name, name);
	operating_review(world, session->user);
}

static void share_operator(struct user *user)
{
	struct session *session;

	if (!user->operator_name || operator_of_user(user))
		return;
	LIST_EACH (session, &user->sessions, in_user)
		mem_set_text(&session_need_extras(session)->operator_name, user->operator_name);
}

void operating_share_all(struct world *world)
{
	struct user *user;

	ORDERED_EACH (user, &world->users)
		share_operator(user);
}

const char *operating_check(const struct user *user)
{
	const char *name = operator_of_user(user);

	if (!name != !user->operator_name || (name && strcmp(name, user->operator_name) != 0))
		return "a user is shown as another operator than its clients are";
	return NULL;
}
