/* Owns the effect of DNS blocklists on newcomers. The verdict is part of the registration, so a
 * login that comes later still counts, and a restart asks no list again. */
#include "action/blocklisting.h"

#include "action/account.h"
#include "action/banning.h"
#include "action/closing.h"
#include "action/notices.h"
#include "action/reply.h"
#include "action/session_log.h"
#include "base/cleanup.h"
#include "base/mem.h"
#include "world/listing.h"
#include "world/user.h"

void blocklisting_begin(struct world *world, struct outbox *outbox, struct session *session)
{
	if (listing_is_wanted(world, &session->address))
		outbox_blocklists(outbox, session->id,
			registration_await_listing(world, session->registration),
			&session->address);
}

void blocklisting_answered(struct world *world, struct session *session, const struct event *event)
{
	struct listing listing = { 0 };

	if (event->status == ANSWER_YES)
		listing = listing_read(world->settings, event->text, event->text_length);
	listed_address_note(world, &session->address, &listing);
	registration_take_listing(session->registration, &listing);
	listing_done(&listing);
}

static void put_listing_reason(
	const struct session *session, const char *advice, struct buffer *out)
{
	const struct registration *registration = session->registration;
	char address[ADDRESS_TEXT_BYTES];

	address_format(&session->address, address);
	buffer_format(out, "Your address %s is listed in %s", address, registration->listed);
	if (registration->listing_reason)
		buffer_format(out, ": %s", registration->listing_reason);
	if (advice)
		buffer_format(out, "; %s", advice);
}

static void tell_of_listing(struct world *world, struct outbox *outbox,
	const struct session *session, const char *what, const char *listed)
{
	CLEANUP(mem_freep) char *who = notice_who(session);

	notice_operators(
		world, outbox, NOTICE_KIND_LISTED, "Client %s: %s is in %s", what, who, listed);
}

static bool refuse_listed(struct world *world, struct outbox *outbox, struct session *session)
{
	struct call call = { .world = world, .outbox = outbox, .session = session };
	CLEANUP(buffer_done) struct buffer reason = { 0 };

	put_listing_reason(session, NULL, &reason);
	tell_of_listing(
		world, outbox, session, "refused by a blocklist", session->registration->listed);
	reply(&call, ERR_YOUREBANNEDCREEP, reason.bytes);
	refuse_session(world, outbox, session, reason.bytes);
	return true;
}

/* IRCv3 account-registration, "FAIL * ACCOUNT_REQUIRED". */
static bool refuse_listed_stranger(
	struct world *world, struct outbox *outbox, struct session *session)
{
	CLEANUP(buffer_done) struct buffer reason = { 0 };

	put_listing_reason(session, "log in with SASL", &reason);
	tell_of_listing(world, outbox, session, "without an account refused by a blocklist",
		session->registration->listed);
	tell_session(world, outbox, session, ":%s FAIL * ACCOUNT_REQUIRED :%s",
		world->settings->server_name, reason.bytes);
	refuse_session(world, outbox, session, reason.bytes);
	return true;
}

/* An exemption may name the user or the host, which are known only now. */
static bool is_exempt_from_lists(const struct world *world, const struct session *session)
{
	struct ban_subject subject = banning_subject(session);

	return bans_find_exemption(&world->bans, BAN_KIND_USER, &subject);
}

/* The account would be the one that the action "accounts" asks for. */
const char *blocklisting_find_obstacle(const struct world *world, const struct session *session)
{
	const struct registration *registration = session->registration;

	return registration->listing_action > BLOCKLIST_ACTION_TELL &&
			       !is_exempt_from_lists(world, session)
		       ? registration->listed
		       : NULL;
}

bool blocklisting_refuses(struct world *world, struct outbox *outbox, struct session *session)
{
	enum blocklist_action action =
		(enum blocklist_action) session->registration->listing_action;

	if (action <= BLOCKLIST_ACTION_TELL || is_exempt_from_lists(world, session))
		return false;
	if (action == BLOCKLIST_ACTION_REFUSE)
		return refuse_listed(world, outbox, session);
	return !login_account(session) && refuse_listed_stranger(world, outbox, session);
}

void blocklisting_note_arrival(
	struct world *world, struct outbox *outbox, const struct session *session)
{
	const char *listed = session_extras(session)->listed;

	if (!listed)
		return;
	log_session(outbox, LOGBOOK_CLIENT_LISTED, session, "USER", session->user->name, "HOST",
		session->user->real_host, "LISTS", listed);
	tell_of_listing(world, outbox, session, "listed", listed);
}
