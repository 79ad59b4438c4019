/* Owns the effect of the server's bans on clients. */
#include "action/banning.h"

#include "action/closing.h"
#include "action/notices.h"
#include "action/reply.h"
#include "base/cleanup.h"
#include "base/mem.h"
#include "world/ban_hits.h"
#include "world/ban_rows.h"
#include "world/changes.h"
#include "world/removed_bans.h"
#include "world/user.h"

/* "K-lined: Spam" */
static char *ban_reason(const struct ban *ban)
{
	struct buffer reason = { 0 };

	buffer_format(&reason, "%sd: %s", ban_row((enum ban_kind) ban->kind)->name, ban->reason);
	return buffer_take(&reason);
}

/* Without a client, only what others see of it can match. */
static void ban_detached(struct world *world, struct outbox *outbox, uint64_t number)
{
	struct user *user;

	ORDERED_EACH (user, &world->users) {
		struct ban_subject subject = { .name = user->name, .realname = user->realname };
		const struct ban *ban;

		if (!list_is_empty(&user->sessions))
			continue;
		subject.hosts[0] = user->host;
		subject.hosts[1] = user->cloak;
		ban = bans_match_since(&world->bans, &subject, number);
		if (ban) {
			CLEANUP(mem_freep) char *reason = ban_reason(ban);

			ban_note_hit(world, ban);
			close_user(world, outbox, user, reason);
		}
	}
}

void banning_enforce_since(struct world *world, struct outbox *outbox, uint64_t number)
{
	struct session *session, *after;

	LIST_EACH_SAFE (session, after, &world->sessions, in_world) {
		struct ban_subject subject = banning_subject(session);
		const struct ban *ban = bans_match_since(&world->bans, &subject, number);
		CLEANUP(mem_freep) char *reason = ban ? ban_reason(ban) : NULL;

		if (ban) {
			ban_note_hit(world, ban);
			close_session(world, outbox, session, reason);
		}
	}
	ban_detached(world, outbox, number);
}

bool banning_refuses_connection(
	struct world *world, struct outbox *outbox, const struct event *event)
{
	const struct ban *ban = bans_match_address(&world->bans, &event->address);
	CLEANUP(mem_freep) char *reason = ban ? ban_reason(ban) : NULL;

	if (ban) {
		outbox_note_ban(outbox);
		ban_note_hit(world, ban);
		refuse_connection(world, outbox, event, reason);
	}
	return ban != NULL;
}

bool banning_refuses_address(struct world *world, struct outbox *outbox, struct session *session)
{
	const struct ban *ban = bans_match_address(&world->bans, &session->address);
	CLEANUP(mem_freep) char *reason = ban ? ban_reason(ban) : NULL;

	if (ban) {
		outbox_note_ban(outbox);
		ban_note_hit(world, ban);
		refuse_session(world, outbox, session, reason);
	}
	return ban != NULL;
}

/* Operators may have banned the cloak under which they saw the client. */
static const struct ban *match_newcomer(
	struct world *world, const struct session *session, const struct cloaks *cloaks)
{
	struct ban_subject subject = banning_subject(session);
	uint64_t eline = 0;
	const struct ban *ban;

	subject.hosts[1] = cloaks->of_name;
	subject.hosts[2] = cloaks->of_address;
	subject.ret_exempting = &eline;
	ban = bans_match_subject(&world->bans, &subject);
	if (!ban)
		ban_note_hit_of(world, eline);
	return ban;
}

bool banning_refuses_session(struct world *world, struct outbox *outbox, struct session *session,
	const struct cloaks *cloaks)
{
	struct call call = { .world = world, .outbox = outbox, .session = session };
	const struct ban *ban = match_newcomer(world, session, cloaks);
	CLEANUP(mem_freep) char *reason = ban ? ban_reason(ban) : NULL;
	CLEANUP(mem_freep) char *who = ban ? notice_who(session) : NULL;

	if (!ban)
		return false;
	notice_operators(world, outbox, NOTICE_KIND_REFUSED, "Client refused: %s %s [%s]", who,
		reason, ban->mask);
	outbox_note_ban(outbox);
	ban_note_hit(world, ban);
	reply(&call, ERR_YOUREBANNEDCREEP, ban->reason);
	refuse_session(world, outbox, session, reason);
	return true;
}

bool banning_may_refuse(const struct world *world, const struct session *session)
{
	struct ban_subject subject = banning_subject(session);

	/* USER may come later; then only bans of all names of the host are sure to match. */
	if (!subject.name)
		subject.name = "";
	return bans_match_subject(&world->bans, &subject);
}

static void report_unstored_bans(struct world *world, struct outbox *outbox)
{
	notice_operators(world, outbox, NOTICE_KIND_BAN,
		"Bans have changed, but cannot be stored: at the next stop of the server the "
		"change is lost, unless the database works before");
}

void banning_store(struct world *world, struct outbox *outbox)
{
	struct change *change;

	if (!bans_take_touch(world) || world->storage < STORAGE_FAILING || !bans_are_unsaved(world))
		return;
	if (world->storage != STORAGE_WORKS) {
		report_unstored_bans(world, outbox);
		return;
	}
	change = change_new();
	change->kind = CHANGE_KIND_BANS_SAVED;
	bans_add_rows(world, change);
	change_ask(world, outbox, NULL, change);
}

void banning_stored(
	struct world *world, struct outbox *outbox, const struct change *change, bool is_stored)
{
	bans_saved(world, change, is_stored);
	if (!is_stored)
		report_unstored_bans(world, outbox);
}

void banning_expire(struct world *world, struct outbox *outbox)
{
	struct ban *ban;

	while ((ban = bans_first_expiring(&world->bans)) &&
		ban->expiry.deadline_ms <= world->now_ms) {
		const char *name = ban_row((enum ban_kind) ban->kind)->name;

		notice_operators(
			world, outbox, NOTICE_KIND_BAN, "%s for [%s] has expired", name, ban->mask);
		outbox_log(outbox, LOGBOOK_BAN_REMOVED, "BAN", name, "MASK", ban->mask);
		ban_free(&world->bans, ban);
	}
}
