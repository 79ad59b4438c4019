/* Owns the mode of users with a nickname of their own, and the protection of nicknames, up to the
 * moment in which one is taken: see nick_release.h. */
#include "action/nick_owner.h"

#include <string.h>

#include "action/presence.h"
#include "action/reply.h"
#include "world/account_alike.h"
#include "world/accounts.h"
#include "world/changes.h"
#include "world/naming.h"
#include "world/services.h"
#include "world/session.h"

static bool is_protected(const struct world *world, const struct account *account)
{
	const char *rule = world->settings->accounts.nick_protection;

	if (strcmp(rule, "off") == 0 || account->flags & ACCOUNT_FLAG_UNPROTECTED)
		return false;
	return strcmp(rule, "on") == 0 || account->flags & ACCOUNT_FLAG_PROTECTED;
}

bool nick_owner_objects(const struct world *world, const struct user *user)
{
	const struct account *own = account_of_user(world, user);
	const struct account *owner = account_find_alike(world, own, user->nick);

	return owner && owner != own && is_protected(world, owner);
}

static void set_guest_time(struct world *world, struct user *user, uint64_t guest_ms)
{
	struct session *session;

	user_set_guest_time(user, guest_ms);
	LIST_EACH (session, &user->sessions, in_user)
		session_set_timer(world, session);
}

static void tell_of_owner(struct world *world, struct outbox *outbox, const struct user *user)
{
	uint64_t left_ms = user_extras(user)->guest_ms - world->now_ms;
	const char *verb =
		account_find_owner(world, user->nick) ? "belongs to" : "looks like one of";
	const struct session *session;

	LIST_EACH (session, &user->sessions, in_user)
		tell_session(world, outbox, session,
			":%s NOTICE %s :The nickname %s %s an account. Within %llu seconds, log "
			"in to it with IDENTIFY, or choose another nickname.",
			service_nickserv.source, user->nick, user->nick, verb,
			(unsigned long long) (left_ms + 999) / 1000);
}

void nick_owner_mark(struct world *world, struct user *user)
{
	user_set_flag(world, user, USER_FLAG_REGISTERED, account_has_nick_of_user(world, user));
}

static uint64_t grace_of(const struct world *world, const struct user_extras *extras)
{
	if (extras->was_guest)
		return 0;
	return extras->grace_left_ms ? extras->grace_left_ms
				     : world->settings->accounts.nick_protection_ms;
}

/* The user has left the nick, and goes on with the same time if it takes one again; or has logged
 * in to its account. */
static void stop_counting(struct world *world, struct user *user, bool is_new_nick)
{
	uint64_t guest_ms = user_extras(user)->guest_ms;

	if (!is_new_nick)
		user_set_grace_left(user, 0);
	else if (guest_ms > world->now_ms)
		user_set_grace_left(user, guest_ms - world->now_ms);
	set_guest_time(world, user, 0);
}

void nick_owner_review(
	struct world *world, struct outbox *outbox, struct user *user, bool is_new_nick)
{
	const struct user_extras *extras = user_extras(user);
	uint64_t grace_ms = grace_of(world, extras);
	bool is_counting = extras->guest_ms != 0;
	uint32_t old_flags = user->flags;

	nick_owner_mark(world, user);
	announce_user_modes(world, outbox, user, old_flags);
	if (!nick_owner_objects(world, user)) {
		if (is_counting)
			stop_counting(world, user, is_new_nick);
		return;
	}
	if (!is_counting)
		set_guest_time(world, user, world->now_ms + grace_ms);
	if (grace_ms && (is_new_nick || !is_counting))
		tell_of_owner(world, outbox, user);
}

static void review_nick(struct world *world, struct outbox *outbox, const char *nick)
{
	struct user *user = user_find(world, nick);
	const struct user *alike = naming_find_other(world, user, nick);

	if (user)
		nick_owner_review(world, outbox, user, false);
	if (alike)
		nick_owner_review(world, outbox, user_find(world, alike->nick), false);
}

void nick_owner_review_change(
	struct world *world, struct outbox *outbox, const struct change *change)
{
	const struct account *account = account_find_id(world, change->account);
	const struct account_nick *nick;

	if (change->name)
		review_nick(world, outbox, change->name);
	if (!account)
		return;
	review_nick(world, outbox, account->name);
	LIST_EACH (nick, &account_extras(account)->nicks, in_account)
		review_nick(world, outbox, nick->name);
}

void nick_owner_review_all(struct world *world, struct outbox *outbox)
{
	struct user *user;

	ORDERED_EACH (user, &world->users)
		nick_owner_review(world, outbox, user, false);
}
