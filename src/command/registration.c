/* Owns registration: limits, name, password, nick, welcome. Modern IRC "Connection
 * Registration". */
#include "command/registration.h"

#include <stdlib.h>
#include <string.h>

#include "action/account.h"
#include "action/attaching.h"
#include "action/banning.h"
#include "action/blocklisting.h"
#include "action/cloak.h"
#include "action/closing.h"
#include "action/filtering.h"
#include "action/locking.h"
#include "action/metadata_sync.h"
#include "action/nick_owner.h"
#include "action/notices.h"
#include "action/operators.h"
#include "action/presence.h"
#include "action/reply.h"
#include "action/reserved_name.h"
#include "action/session_log.h"
#include "base/cleanup.h"
#include "base/date.h"
#include "base/mem.h"
#include "bots/expiry_warning.h"
#include "command/attach.h"
#include "command/isupport.h"
#include "command/join.h"
#include "command/lusers.h"
#include "command/motd.h"
#include "command/pass.h"
#include "command/persistence.h"
#include "command/setname.h"
#include "proto/name_syntax.h"
#include "world/always_on.h"
#include "world/caps.h"
#include "world/devices.h"
#include "world/flow.h"
#include "world/naming.h"
#include "world/offers.h"
#include "world/session_tls.h"
#include "world/user.h"

/* A gateway's client is counted later, under the address that WEBIRC reports. */
static const char *why_connection_refused(const struct world *world, const struct event *event)
{
	CLEANUP(mem_freep) char *listener = mem_text_n(event->text, event->text_length);
	const struct class_settings *class =
		settings_class_of(world->settings, &event->address, listener);

	if (world->settings->clients && world->n_sessions >= world->settings->clients)
		return CENSUS_FULL;
	if (settings_find_gateway(world->settings, &event->address))
		return NULL;
	return census_refuse(
		&world->census, world->settings, class, &event->address, world->now_ms);
}

static bool has_name(const struct address *address)
{
	return address->family == ADDRESS_FAMILY_IPV4 || address->family == ADDRESS_FAMILY_IPV6;
}

static void set_limits(struct world *world, struct outbox *outbox, const struct session *session)
{
	const struct class_settings *class = session_class(world, session);

	outbox_limits(
		outbox, session->id, (struct limits){ class->send_queue, class->receive_queue });
}

void registration_place(struct world *world, struct outbox *outbox, struct session *session)
{
	bool is_looked_up = world->settings->dns_reverse && has_name(&session->address);

	set_limits(world, outbox, session);
	blocklisting_begin(world, outbox, session);
	session->registration->is_name_known = !is_looked_up;
	if (!is_looked_up)
		return;
	outbox_lookup(outbox, session->id, registration_await_name(world, session->registration),
		&session->address);
}

void registration_begin(struct world *world, struct outbox *outbox, const struct event *event)
{
	CLEANUP(mem_freep) char *fingerprint = NULL;
	const char *refusal;
	struct session *session;

	if (banning_refuses_connection(world, outbox, event))
		return;
	refusal = why_connection_refused(world, event);
	if (refusal) {
		refuse_connection(world, outbox, event, refusal);
		return;
	}
	session = session_new(world, event);
	if (!session)
		return;
	fingerprint = session_tls_fingerprint(session);
	log_session(outbox, LOGBOOK_CLIENT_CONNECTED, session, "CLASS",
		session_class(world, session)->name, "TLS_VERSION", session_tls_version(session),
		"TLS_SUITE", session_tls_suite(session), "CERTIFICATE", fingerprint);
	if (settings_find_gateway(world->settings, &session->address)) {
		set_limits(world, outbox, session);
		session->registration->is_name_known = true;
	} else {
		registration_place(world, outbox, session);
	}
}

static void take_name(struct registration *registration, const struct event *event)
{
	CLEANUP(mem_freep) char *name = mem_text_n(event->text, event->text_length);

	registration_learn_name(registration);
	if (event->status == ANSWER_YES && host_name_is_valid(name))
		registration->host = TAKE(name);
}

void registration_answered(struct world *world, struct outbox *outbox, struct session *session,
	const struct event *event)
{
	struct registration *registration = session->registration;

	if (!registration || !event->request)
		return;
	if (registration->name_request == event->request)
		take_name(registration, event);
	else if (registration->listing_request == event->request)
		blocklisting_answered(world, session, event);
	else
		return;
	registration_continue(world, outbox, session);
}

static void refuse_password(struct world *world, struct outbox *outbox, struct session *session)
{
	struct call call = { .world = world, .outbox = outbox, .session = session };
	CLEANUP(mem_freep) char *who = notice_who(session);

	notice_operators(world, outbox, NOTICE_KIND_REFUSED, "Wrong password: %s", who);
	reply(&call, ERR_PASSWDMISMATCH);
	refuse_session(world, outbox, session, "Password incorrect");
}

void registration_verified(struct world *world, struct outbox *outbox, struct session *session,
	const struct event *event)
{
	if (event->status == ANSWER_BUSY) {
		refuse_session(world, outbox, session, "The server is busy, try again later");
		return;
	}
	if (event->status != ANSWER_YES) {
		refuse_password(world, outbox, session);
		return;
	}
	session->registration->is_let_in = true;
	registration_continue(world, outbox, session);
}

static void check_server_password(
	struct world *world, struct outbox *outbox, struct session *session)
{
	const struct class_settings *class = session_class(world, session);
	const char *hash =
		class->password_hash ? class->password_hash : world->settings->password_hash;

	if (!session->registration->password || !hash) {
		refuse_password(world, outbox, session);
		return;
	}
	outbox_verify(outbox, session->id, flow_wait(world, outbox, session, SESSION_WAIT_PASSWORD),
		hash, session->registration->password);
	mem_set_secret(&session->registration->password, NULL);
}

/* Modern IRC, "RPL_WELCOME": some clients would look up a cloak, as if it were their address. */
static const char *welcomed_name(const struct user *user)
{
	return user->host == user->real_host ? user->source : user->nick;
}

void registration_welcome(struct call *call)
{
	const struct settings *settings = call->world->settings;
	char started[DATE_BYTES];
	struct mode_letters letters;

	date_format_plain(call->world->started_wall_ms, started);
	mode_letters(call->world, &letters);
	reply(call, RPL_WELCOME, settings->network_name, welcomed_name(call->user));
	reply(call, RPL_YOURHOST, settings->server_name, "papod-" PACKAGE_VERSION);
	reply(call, RPL_CREATED, started);
	reply(call, RPL_MYINFO, settings->server_name, "papod-" PACKAGE_VERSION, letters.user,
		letters.channel, letters.with_param);
	reply_isupport(call);
	persistence_show(call);
	setname_introduce(call);
	reply_lusers(call);
	metadata_sync_own(call);
	reply_motd(call);
	expiry_warn_founder(call);
}

static void notify_of_arrival(
	struct world *world, struct outbox *outbox, const struct session *session)
{
	CLEANUP(mem_freep) char *who = notice_who(session);

	notice_operators(world, outbox, NOTICE_KIND_CONNECT, "Client connecting: %s {%s} [%s]", who,
		session_class(world, session)->name, session->user->realname);
}

void registration_tell(const struct call *call)
{
	struct world *world = call->world;
	struct outbox *outbox = call->outbox;
	const struct session *session = call->session;
	CLEANUP(mem_freep) char *fingerprint = session_tls_fingerprint(session);
	const char *class = session_class(world, session)->name;
	const struct user *user = session->user;

	log_session(outbox, LOGBOOK_CLIENT_REGISTERED, session, "USER", user->name, "HOST",
		user->real_host, "CLOAK", user->cloak, "CLASS", class, "REALNAME", user->realname,
		"TLS_VERSION", session_tls_version(session), "TLS_SUITE",
		session_tls_suite(session), "CERTIFICATE", fingerprint);
	if (notice_is_wanted(world, NOTICE_KIND_CONNECT))
		notify_of_arrival(world, outbox, session);
	blocklisting_note_arrival(world, outbox, session);
}

/* The nick may have been taken since NICK. */
static bool nick_is_free(struct call *call)
{
	struct registration *registration = call->session->registration;
	const char *nick = registration->nick;
	const char *reserved = reserved_name_reason(call, BAN_KIND_NICK, nick);

	if (naming_find_other(call->world, NULL, nick))
		reply(call, ERR_NICKNAMEINUSE, nick);
	else if (reserved)
		reply(call, ERR_NICKNAMERESERVED, nick, reserved);
	else
		return true;
	mem_set_text(&registration->nick, NULL);
	return false;
}

/* True: refused, and possibly closed. */
static bool filters_refuse_newcomer(struct call *call)
{
	struct registration *registration = call->session->registration;
	CLEANUP(buffer_done) struct buffer reason = { 0 };
	struct filtering filtering;

	if (filters_refuse_nick(call, registration->nick)) {
		mem_set_text(&registration->nick, NULL);
		return true;
	}
	filtering = filtering_of(call, FILTER_PLACE_REALNAME, registration->realname, NULL);
	if (filtering.stripped && *filtering.stripped)
		mem_set_text(&registration->realname, filtering.stripped);
	else if (filtering.stripped)
		filtering.verdict = FILTER_VERDICT_REFUSE;
	free(filtering.stripped);
	if (filtering.verdict == FILTER_VERDICT_REFUSE) {
		buffer_format(&reason, "Your real name is refused: %s", filtering.reason);
		refuse_session(call->world, call->outbox, call->session, reason.bytes);
	}
	return call->session->is_closing;
}

static void become_new_user(struct world *world, struct outbox *outbox, struct session *session,
	const struct cloaks *cloaks)
{
	struct registration *registration = session->registration;
	struct call call = { .world = world, .outbox = outbox, .session = session };
	CLEANUP(mem_freep) char *name = NULL;

	name = TAKE(registration->host);
	call.user = user_new(
		world, registration->nick, registration->user, "*", registration->realname);
	user_set_away(call.user, registration->away);
	cloak_give(world, call.user, &session->address, name, cloaks);
	user_set_account(world, call.user, registration->account, registration->account_id);
	nick_owner_mark(world, call.user);
	session_attach(world, session, call.user);
	device_arrived(world, session);
	if (call.user->away && strcmp(call.user->away, "*") == 0) {
		session_set_absent(session, true);
		user_set_auto_away(call.user, true);
	}
	always_on_touch(world, call.user);
	registration_tell(&call);
	registration_welcome(&call);
	announce_user_modes(world, outbox, call.user, 0);
	nick_owner_review(world, outbox, call.user, true);
	operator_begin_by_itself(world, outbox, session);
	cloak_announce(&call);
	tell_online(world, outbox, call.user);
	join_automatically(&call, session_class(world, session));
	locking_note_arrival(world, outbox, call.user);
}

static void become_user(struct world *world, struct outbox *outbox, struct session *session,
	const struct cloaks *cloaks)
{
	struct call call = { .world = world, .outbox = outbox, .session = session };
	const char *reason;
	struct user *user = attaching_find(&call, session->registration->nick, &reason);

	if (reason)
		tell_session(world, outbox, session, ":%s NOTICE * :Your login does not help: %s.",
			world->settings->server_name, reason);
	if (user)
		attach_to_user(&call, user, cloaks);
	else if (nick_is_free(&call) && !filters_refuse_newcomer(&call) &&
		 !locking_refuses(world, outbox, session))
		become_new_user(world, outbox, session, cloaks);
}

static bool is_registration_complete(const struct session *session)
{
	const struct registration *registration = session->registration;

	return registration && !registration->is_negotiating && registration->nick &&
	       registration->user && registration->is_name_known &&
	       !registration->listing_request && session->wait == SESSION_WAIT_NONE;
}

/* A client that does not know sts is sent what to do by its user. True: refused. */
static bool refuse_without_tls(struct world *world, struct outbox *outbox, struct session *session)
{
	const struct listener_settings *listener =
		settings_find_listener(world->settings, session->listener);
	CLEANUP(buffer_done) struct buffer reason = { 0 };

	if (!listener || !listener->is_sts_only || session_is_secure(session))
		return false;
	buffer_format(&reason, "Connect with TLS, on port %u", world->settings->sts_port);
	refuse_session(world, outbox, session, reason.bytes);
	return true;
}

static const char *why_account_needed(const struct world *world)
{
	const struct cap_basis basis = cap_basis_of(world);

	if (!world_has_accounts(world, world->settings))
		return "You need an account here, but the server has none at the moment: try again "
		       "later";
	if (caps_offered(&basis) & CAP_ACCOUNT_REGISTRATION && caps_may_register_early(&basis))
		return "You need an account here: log in with SASL, or register one with REGISTER "
		       "while you connect";
	return "You need an account here: log in with SASL";
}

/* IRCv3 account-registration, "FAIL * ACCOUNT_REQUIRED". True: refused. */
static bool refuse_without_account(
	struct world *world, struct outbox *outbox, struct session *session)
{
	const char *reason;

	if (login_account(session) || !login_is_required(world, session))
		return false;
	reason = why_account_needed(world);
	tell_session(world, outbox, session, ":%s FAIL * ACCOUNT_REQUIRED :%s",
		world->settings->server_name, reason);
	refuse_session(world, outbox, session, reason);
	return true;
}

void registration_continue(struct world *world, struct outbox *outbox, struct session *session)
{
	CLEANUP(cloaks_done) struct cloaks cloaks = { 0 };
	struct call call = { .world = world, .outbox = outbox, .session = session };

	if (!is_registration_complete(session) || refuse_without_tls(world, outbox, session))
		return;
	cloaks = cloaks_make(world->settings, &session->address, session->registration->host);
	if (banning_refuses_session(world, outbox, session, &cloaks) || pass_begin_login(&call) ||
		refuse_without_account(world, outbox, session) ||
		blocklisting_refuses(world, outbox, session))
		return;
	if (session_class(world, session)->needs_password && !session->registration->is_let_in)
		check_server_password(world, outbox, session);
	else
		become_user(world, outbox, session, &cloaks);
}
