/* Owns the conditions under which a session's user becomes and stays an operator of the server. */
#include "action/operators.h"

#include <string.h>

#include "action/auditing.h"
#include "action/notices.h"
#include "action/presence.h"
#include "action/reply.h"
#include "action/session_log.h"
#include "base/buffer.h"
#include "base/cleanup.h"
#include "base/mem.h"
#include "proto/casemap.h"
#include "proto/certfp.h"
#include "proto/mask.h"
#include "world/modes.h"
#include "world/operating.h"
#include "world/registration.h"
#include "world/session_tls.h"
#include "world/user.h"

/* Is the host a network that contains the session's address? */
static bool host_network_matches(const char *mask, const struct session *session)
{
	const char *at = strchr(mask, '@');
	CLEANUP(mem_freep) char *name = mem_text_n(mask, (size_t) (at - mask));
	struct address network;

	return address_parse_network(at + 1, &network) &&
	       address_is_in(&session->address, &network) && mask_match(name, session->user->name);
}

/* The name of its host, or the address as text. The host of a user is that of its first session. */
static const char *real_host_of(
	const struct session *session, const char address[ADDRESS_TEXT_BYTES])
{
	const struct registration *registration = session->registration;
	char first[ADDRESS_TEXT_BYTES];

	address_format(&session->user->address, first);
	if (registration && registration->host)
		return registration->host;
	if (session_extras(session)->host)
		return session_extras(session)->host;
	if (!registration && strcmp(address, first) == 0)
		return session->user->real_host;
	return address;
}

/* The administrator writes real hosts and addresses, not cloaks. */
bool operator_host_matches(const struct operator_settings *oper, const struct session *session)
{
	char address[ADDRESS_TEXT_BYTES];
	struct buffer named = { 0 }, numeric = { 0 };
	bool matches = !oper->n_hosts;

	address_format(&session->address, address);
	buffer_format(&named, "%s@%s", session->user->name, real_host_of(session, address));
	buffer_format(&numeric, "%s@%s", session->user->name, address);
	for (size_t i = 0; i < oper->n_hosts && !matches; i++)
		matches = mask_match(oper->hosts[i], named.bytes) ||
			  mask_match(oper->hosts[i], numeric.bytes) ||
			  host_network_matches(oper->hosts[i], session);
	buffer_done(&named);
	buffer_done(&numeric);
	return matches;
}

/* The client itself must have proved that it has the key: the word of a gateway does not suffice.
 */
static bool operator_certificate_matches(
	const struct operator_settings *oper, const struct session *session)
{
	const struct session_extras *extras = session_extras(session);
	struct certfp certfp;

	for (size_t i = 0; i < oper->n_certificates && !extras->gateway; i++)
		if (certfp_parse(oper->certificates[i], &certfp) &&
			certfp_matches(&certfp, extras->certificate))
			return true;
	return !oper->n_certificates;
}

static bool operator_account_matches(
	const struct world *world, const struct operator_settings *oper, const struct user *user)
{
	return !oper->account ||
	       (user->account && casemap_equals(world->casemap, user->account, oper->account));
}

bool operator_needs_secret(const struct operator_settings *oper)
{
	return oper->password_hash || oper->totp;
}

const char *operator_refuses(
	const struct world *world, const struct session *session, const char *name)
{
	const struct operator_settings *oper = settings_find_operator(world->settings, name);

	if (!oper)
		return "there is no operator with that name";
	if (!operator_needs_secret(oper) && !oper->n_certificates && !oper->account)
		return "the operator has neither a password, a certificate nor an account";
	if (!operator_host_matches(oper, session))
		return "user and host match none of the operator's hosts";
	if (!operator_certificate_matches(oper, session))
		return "the client has none of the operator's certificates";
	if (!operator_account_matches(world, oper, session->user))
		return "the client is not logged in to the operator's account";
	return NULL;
}

/* Unset the modes whose privilege the user has lost. */
static void give_up_modes(struct world *world, struct user *user)
{
	if (!user_has_privilege(world, user, user_mode_of_flag(USER_FLAG_NOTICES)->privilege))
		user_set_notices(world, user, 0);
}

void operator_begin(
	struct world *world, struct outbox *outbox, struct session *session, const char *name)
{
	struct call call = {
		.world = world, .outbox = outbox, .session = session, .user = session->user
	};
	uint32_t old_flags = session->user->flags;
	CLEANUP(mem_freep) char *fingerprint = session_tls_fingerprint(session);

	log_session(outbox, LOGBOOK_OPER_UP, session, "OPERATOR", name, "CERTIFICATE", fingerprint,
		"ACCOUNT", session->user->account);
	notice_operators(world, outbox, NOTICE_KIND_OPERATOR, "%s {%s} is an operator now",
		session->user->source, name);
	session_set_operator(world, session, name);
	call.power = name;
	auditing_act(&call, 0, &(struct audited_act){ .name = "OPER" });
	give_up_modes(world, session->user);
	announce_user_modes(world, outbox, session->user, old_flags);
	reply(&call, RPL_YOUREOPER);
}

void operator_begin_by_itself(struct world *world, struct outbox *outbox, struct session *session)
{
	const struct settings *settings = world->settings;

	for (size_t i = 0; i < settings->n_operators && !session_operator(session); i++) {
		const struct operator_settings *oper = &settings->operators[i];

		if (oper->is_automatic && !operator_needs_secret(oper) &&
			!operator_refuses(world, session, oper->name))
			operator_begin(world, outbox, session, oper->name);
	}
}

static void report_end_of_operator(
	struct world *world, struct outbox *outbox, const struct user *user, const char *name)
{
	notice_operators(world, outbox, NOTICE_KIND_OPERATOR, "%s {%s} is no operator any more",
		user->source, name);
}

void operator_end(struct world *world, struct outbox *outbox, struct session *session)
{
	struct user *user = session->user;

	if (!session_operator(session))
		return;
	report_end_of_operator(world, outbox, user, session_operator(session));
	session_set_operator(world, session, NULL);
	give_up_modes(world, user);
	if (user->operator_name)
		tell_session(world, outbox, session,
			":%s NOTICE %s :This client is no operator any more; another client of "
			"yours still is",
			world->settings->server_name, user->nick);
}

void operator_left(struct world *world, struct outbox *outbox, struct user *user)
{
	CLEANUP(mem_freep) char *name = mem_text(user->operator_name);
	uint32_t old_flags = user->flags;

	if (!name)
		return;
	operating_review(world, user);
	give_up_modes(world, user);
	if (!user->operator_name)
		report_end_of_operator(world, outbox, user, name);
	announce_user_modes(world, outbox, user, old_flags);
}

static bool may_stay_operator(
	const struct world *world, const struct user *user, const struct session *session)
{
	const struct operator_settings *oper =
		settings_find_operator(world->settings, session_operator(session));

	return oper && operator_account_matches(world, oper, user);
}

void operator_review(struct world *world, struct outbox *outbox, struct user *user)
{
	struct session *session;
	uint32_t old_flags = user->flags;

	if (!user->operator_name)
		return;
	LIST_EACH (session, &user->sessions, in_user)
		if (session_operator(session) && !may_stay_operator(world, user, session)) {
			report_end_of_operator(world, outbox, user, session_operator(session));
			session_set_operator(world, session, NULL);
		}
	give_up_modes(world, user);
	announce_user_modes(world, outbox, user, old_flags);
}
