/* Owns the names of devices, and when each was last there. */
#include "world/devices.h"

#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "proto/name_syntax.h"
#include "world/account_marks.h"
#include "world/accounts.h"
#include "world/msgid.h"
#include "world/session.h"
#include "world/user.h"
#include "world/world.h"

bool device_name_is_valid(const char *name)
{
	size_t length = 0;

	for (; name[length]; length++)
		if (!text_is_letter(name[length]) && !text_is_digit(name[length]) &&
			!strchr("._-", name[length]))
			return false;
	return length && length <= DEVICE_BYTES;
}

char *device_cut(const char *login)
{
	const char *at = strrchr(login, '@');

	return at && device_name_is_valid(at + 1) ? mem_text_n(login, (size_t) (at - login))
						  : mem_text(login);
}

struct account *account_find_login(
	const struct world *world, const char *login, char ret_device[DEVICE_BYTES + 1])
{
	struct account *account = account_find_owner(world, login);
	const char *at = strrchr(login, '@');
	char name[NICK_MOST_BYTES + 1];

	ret_device[0] = '\0';
	if (account || !at || (size_t) (at - login) >= sizeof(name) ||
		!device_name_is_valid(at + 1))
		return account;
	memcpy(name, login, (size_t) (at - login));
	name[at - login] = '\0';
	account = account_find_owner(world, name);
	if (!account || account->flags & ACCOUNT_FLAG_OUTSIDE)
		return NULL;
	text_copy(ret_device, DEVICE_BYTES + 1, at + 1);
	return account;
}

static struct account *account_with_device(const struct world *world, const struct session *session)
{
	return session->user && session_extras(session)->device
		       ? account_of_user(world, session->user)
		       : NULL;
}

uint64_t device_seen_until(struct world *world, const struct session *session)
{
	if (session_extras(session)->behind_wall_ms)
		return session_extras(session)->behind_wall_ms;
	if (session->active_ms == world->now_ms)
		return msgid_pass(world);
	return world->wall_ms - (world->now_ms - session->active_ms) - 1;
}

void device_note_seen(struct world *world, const struct session *session)
{
	struct account *account = account_with_device(world, session);

	if (account)
		account_mark_set(world, account, ACCOUNT_MARK_DEVICE,
			session_extras(session)->device, device_seen_until(world, session));
}

/* Its last connection may have been lost without notice. */
static void note_earlier_sessions(
	struct world *world, const struct account *account, const struct session *session)
{
	const char *device = session_extras(session)->device;
	const struct user *user = NULL;
	const struct session *other;

	while ((user = user_next_of(world, account->id, user)))
		LIST_EACH (other, &user->sessions, in_user)
			if (other != session && session_extras(other)->device &&
				text_equals_ignoring_case(session_extras(other)->device, device))
				device_note_seen(world, other);
}

void devices_note_all(struct world *world)
{
	const struct session *session;

	LIST_EACH (session, &world->sessions, in_world)
		device_note_seen(world, session);
}

void device_arrived(struct world *world, struct session *session)
{
	struct account *account = account_with_device(world, session);
	uint64_t since_wall_ms;

	if (!account)
		return;
	note_earlier_sessions(world, account, session);
	since_wall_ms = account_mark_of(
		world, account, ACCOUNT_MARK_DEVICE, session_extras(session)->device);
	if (since_wall_ms)
		session_set_missed(session, since_wall_ms);
	else
		device_note_seen(world, session);
}

uint64_t device_missed_since(const struct session *session)
{
	return session_extras(session)->missed_wall_ms;
}
