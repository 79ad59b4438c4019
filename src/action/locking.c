/* Owns beginning and ending the lockdown of the server, and whom it refuses. */
#include "action/locking.h"

#include "action/ban_subject.h"
#include "action/closing.h"
#include "action/notices.h"
#include "base/cleanup.h"
#include "base/mem.h"
#include "proto/duration.h"
#include "world/user.h"

#define DEFAULT_REASON "too many clients connect at once"

static const char *const whom[LOCKDOWN_LEVELS] = {
	[LOCKDOWN_LEVEL_OFF] = "everybody",
	[LOCKDOWN_LEVEL_ACCOUNTS] = "users logged in to an account",
	[LOCKDOWN_LEVEL_KNOWN] = "users logged in to an account that they had before",
	[LOCKDOWN_LEVEL_CLOSED] = "no new users",
};

void locking_begin(const struct actor *actor, enum lockdown_level level, uint64_t duration_ms,
	const char *reason)
{
	char duration[DURATION_TEXT_BYTES];

	lockdown_set(
		actor->world, level, duration_ms, actor->source, reason ? reason : DEFAULT_REASON);
	duration_format(duration_ms, duration);
	outbox_log(actor->outbox, LOGBOOK_LOCKDOWN, "NICK", actor_nick_for_log(actor), "OPERATOR",
		actor->name, "LEVEL", lockdown_level_name(level), "DURATION",
		duration_ms ? duration : NULL, "REASON", actor->world->lockdown.reason);
	notice_operators(actor->world, actor->outbox, NOTICE_KIND_SERVER,
		"%s {%s} locked the server down (%s)%s%s: it accepts %s [%s]", actor->source,
		actor->name, lockdown_level_name(level), duration_ms ? " for " : "",
		duration_ms ? duration : "", whom[level], actor->world->lockdown.reason);
}

void locking_end(const struct actor *actor)
{
	lockdown_end(actor->world);
	outbox_log(actor->outbox, LOGBOOK_LOCKDOWN, "NICK", actor_nick_for_log(actor), "OPERATOR",
		actor->name, "LEVEL", lockdown_level_name(LOCKDOWN_LEVEL_OFF));
	notice_operators(actor->world, actor->outbox, NOTICE_KIND_SERVER,
		"%s {%s} ended the lockdown", actor->source, actor->name);
}

static bool admits_address(const struct world *world, const struct session *session)
{
	return world->settings->lockdown.admits_known_addresses &&
	       world->lockdown.level < LOCKDOWN_LEVEL_CLOSED &&
	       address_is_known(world, &session->address);
}

bool locking_refuses(struct world *world, struct outbox *outbox, struct session *session)
{
	struct ban_subject subject = banning_subject(session);
	CLEANUP(buffer_done) struct buffer reason = { 0 };
	CLEANUP(mem_freep) char *who = NULL;

	if (lockdown_admits(world, session->registration->account) ||
		admits_address(world, session) ||
		bans_find_exemption(&world->bans, BAN_KIND_USER, &subject))
		return false;
	buffer_format(&reason, "The server accepts %s at the moment: %s; try again later",
		whom[world->lockdown.level], world->lockdown.reason);
	who = notice_who(session);
	notice_operators(
		world, outbox, NOTICE_KIND_REFUSED, "Client refused by the lockdown: %s", who);
	refuse_session(world, outbox, session, reason.bytes);
	return true;
}

void locking_note_arrival(struct world *world, struct outbox *outbox, const struct user *user)
{
	const struct actor server = actor_of_server(world, outbox, "lockdown.arrivals");

	if (user->account || world->lockdown.level || !lockdown_note_arrival(world))
		return;
	locking_begin(&server,
		(enum lockdown_level) lockdown_level_of(world->settings->lockdown.level),
		world->settings->lockdown.time_ms, NULL);
}

void locking_tick(struct world *world, struct outbox *outbox)
{
	const struct actor server = actor_of_server(world, outbox, "its time is over");

	if (world->lockdown.level && world->lockdown.until_ms &&
		world->now_ms >= world->lockdown.until_ms)
		locking_end(&server);
}
