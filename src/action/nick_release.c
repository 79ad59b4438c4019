/* Owns the nicknames of guests. */
#include "action/nick_release.h"

#include "action/closing.h"
#include "action/nick_change.h"
#include "action/nick_owner.h"
#include "action/session_log.h"
#include "base/cleanup.h"
#include "base/hash.h"
#include "base/mem.h"
#include "world/account_alike.h"
#include "world/changes.h"
#include "world/naming.h"
#include "world/session.h"
#include "world/user.h"

#define GUEST "Guest"
#define MOST_DIGITS 8
#define TRIES 100

static bool is_free_for_guest(const struct world *world, const char *nick)
{
	return !naming_find_other(world, NULL, nick) && !account_find_alike(world, NULL, nick) &&
	       !changes_find_claim(world, nick) && !bans_match_name(world, BAN_KIND_NICK, nick);
}

/* The caller frees; NULL: none is free. */
static char *find_guest_nick(struct world *world)
{
	uint32_t length = world->settings->nick_length - (uint32_t) strlen(GUEST);
	uint64_t range = 1;

	for (uint32_t i = 0; i < length && i < MOST_DIGITS; i++)
		range *= 10;
	for (int i = 0; i < TRIES; i++) {
		struct buffer nick = { 0 };

		buffer_format(&nick, GUEST "%llu",
			(unsigned long long) (hash_random(&world->dice) % range));
		if (is_free_for_guest(world, buffer_text(&nick)))
			return buffer_take(&nick);
		buffer_done(&nick);
	}
	return NULL;
}

void nick_release(struct world *world, struct outbox *outbox, struct user *user)
{
	CLEANUP(mem_freep) char *nick = find_guest_nick(world);
	struct call call = {
		.world = world,
		.outbox = outbox,
		.session = LIST_FIRST(&user->sessions, struct session, in_user),
		.user = user,
	};

	if (list_is_empty(&user->sessions))
		close_user(world, outbox, user, "The nickname is another's");
	else if (nick)
		nick_change(&call, nick);
	else
		close_user(world, outbox, user, "No nickname for guests is free");
}

void nick_release_due(struct world *world, struct outbox *outbox, struct user *user)
{
	CLEANUP(mem_freep) char *old = mem_text(user->nick);
	const struct session *session = LIST_FIRST(&user->sessions, struct session, in_user);

	if (!nick_owner_objects(world, user)) {
		user_set_guest_time(user, 0);
		return;
	}
	user_note_guest(user);
	user_set_guest_time(user, 0);
	nick_release(world, outbox, user);
	log_session(outbox, LOGBOOK_NICK_RELEASED, session, "OLD_NICK", old);
}
