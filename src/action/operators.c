/* Owns the conditions under which a session's user becomes and stays an operator of the server. */
#include "action/operators.h"

#include <string.h>

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
#include "world/registration.h"
#include "world/session_tls.h"
#include "world/user.h"

/* A session, and the user whose it is or shall become: several clients may share one. */
struct candidate {
	const struct session *session;
	const struct user *user;
};

static struct candidate candidate_of(const struct session *session)
{
	return (struct candidate){ session, session->user };
}

/* Is the host a network that contains the session's address? */
static bool host_network_matches(const char *mask, const struct candidate *candidate)
{
	const char *at = strchr(mask, '@');
	CLEANUP(mem_freep) char *name = mem_text_n(mask, (size_t) (at - mask));
	struct address network;

	return address_parse_network(at + 1, &network) &&
	       address_is_in(&candidate->session->address, &network) &&
	       mask_match(name, candidate->user->name);
}

/* The name of its host, or the address as text. The host of a user is that of its first session. */
static const char *real_host_of(
	const struct candidate *candidate, const char address[ADDRESS_TEXT_BYTES])
{
	const struct registration *registration = candidate->session->registration;
	char first[ADDRESS_TEXT_BYTES];

	address_format(&candidate->user->address, first);
	if (registration && registration->host)
		return registration->host;
	if (!registration && strcmp(address, first) == 0)
		return candidate->user->real_host;
	return address;
}

/* The administrator writes real hosts and addresses, not cloaks. */
static bool host_matches(const struct operator_settings *oper, const struct candidate *candidate)
{
	char address[ADDRESS_TEXT_BYTES];
	struct buffer named = { 0 }, numeric = { 0 };
	bool matches = !oper->n_hosts;

	address_format(&candidate->session->address, address);
	buffer_format(&named, "%s@%s", candidate->user->name, real_host_of(candidate, address));
	buffer_format(&numeric, "%s@%s", candidate->user->name, address);
	for (size_t i = 0; i < oper->n_hosts && !matches; i++)
		matches = mask_match(oper->hosts[i], named.bytes) ||
			  mask_match(oper->hosts[i], numeric.bytes) ||
			  host_network_matches(oper->hosts[i], candidate);
	buffer_done(&named);
	buffer_done(&numeric);
	return matches;
}

bool operator_host_matches(const struct operator_settings *oper, const struct session *session)
{
	const struct candidate candidate = candidate_of(session);

	return host_matches(oper, &candidate);
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

static const char *refuse_candidate(
	const struct world *world, const struct candidate *candidate, const char *name)
{
	const struct operator_settings *oper = settings_find_operator(world->settings, name);

	if (!oper)
		return "there is no operator with that name";
	if (!operator_needs_secret(oper) && !oper->n_certificates && !oper->account)
		return "the operator has neither a password, a certificate nor an account";
	if (!host_matches(oper, candidate))
		return "user and host match none of the operator's hosts";
	if (!operator_certificate_matches(oper, candidate->session))
		return "the client has none of the operator's certificates";
	if (!operator_account_matches(world, oper, candidate->user))
		return "the client is not logged in to the operator's account";
	return NULL;
}

const char *operator_refuses(
	const struct world *world, const struct session *session, const char *name)
{
	const struct candidate candidate = candidate_of(session);

	return refuse_candidate(world, &candidate, name);
}

/* Could it become the operator, without sending a password or code? */
static bool may_share_operator(
	const struct world *world, const struct candidate *candidate, const char *name)
{
	const struct operator_settings *oper = settings_find_operator(world->settings, name);

	return oper && !operator_needs_secret(oper) && !refuse_candidate(world, candidate, name);
}

bool operator_may_be_shared(
	const struct world *world, const struct session *session, const struct user *user)
{
	const struct candidate candidate = { session, user };

	return !user->operator_name || may_share_operator(world, &candidate, user->operator_name);
}

/* All sessions of a user have its powers: the others have sent no password for them. */
static bool may_others_share(
	const struct world *world, const struct session *session, const char *name)
{
	const struct session *other;

	LIST_EACH (other, &session->user->sessions, in_user) {
		const struct candidate candidate = candidate_of(other);

		if (other != session && !may_share_operator(world, &candidate, name))
			return false;
	}
	return true;
}

/* Unset the modes whose privilege the user has lost. */
static void give_up_modes(struct world *world, struct user *user)
{
	if (!user_has_privilege(world, user, user_mode_of_flag(USER_FLAG_NOTICES)->privilege))
		user_set_notices(world, user, 0);
}

/* True: refused, and the caller has been sent the reason. */
static bool refuse_for_others(struct call *call, const char *name)
{
	const struct session *session = call->session;
	CLEANUP(mem_freep) char *fingerprint = session_tls_fingerprint(session);

	if (may_others_share(call->world, session, name))
		return false;
	log_session(call->outbox, LOGBOOK_OPER_REFUSED, session, "OPERATOR", name, "CERTIFICATE",
		fingerprint, "REASON",
		"other clients share the nickname and could not be this operator");
	reply(call, ERR_NOOPERHOST);
	tell_session(call->world, call->outbox, session,
		":%s NOTICE %s :Other clients share your nickname and would become operators with "
		"you: close them, or use OPER under a nickname that you do not share",
		call->world->settings->server_name, session->user->nick);
	return true;
}

void operator_begin(
	struct world *world, struct outbox *outbox, struct session *session, const char *name)
{
	struct call call = {
		.world = world, .outbox = outbox, .session = session, .user = session->user
	};
	uint32_t old_flags = session->user->flags;
	CLEANUP(mem_freep) char *fingerprint = session_tls_fingerprint(session);

	if (refuse_for_others(&call, name))
		return;
	log_session(outbox, LOGBOOK_OPER_UP, session, "OPERATOR", name, "CERTIFICATE", fingerprint,
		"ACCOUNT", session->user->account);
	notice_operators(world, outbox, NOTICE_KIND_OPERATOR, "%s {%s} is an operator now",
		session->user->source, name);
	user_set_operator(world, session->user, name);
	give_up_modes(world, session->user);
	announce_user_modes(world, outbox, session->user, old_flags);
	reply(&call, RPL_YOUREOPER);
}

void operator_begin_by_itself(struct world *world, struct outbox *outbox, struct session *session)
{
	const struct settings *settings = world->settings;

	for (size_t i = 0; i < settings->n_operators && !session->user->operator_name; i++) {
		const struct operator_settings *oper = &settings->operators[i];

		if (oper->is_automatic && !operator_needs_secret(oper) &&
			!operator_refuses(world, session, oper->name) &&
			may_others_share(world, session, oper->name))
			operator_begin(world, outbox, session, oper->name);
	}
}

void operator_review(struct world *world, struct outbox *outbox, struct user *user)
{
	const struct operator_settings *oper;
	uint32_t old_flags = user->flags;

	if (!user->operator_name)
		return;
	oper = settings_find_operator(world->settings, user->operator_name);
	if (!oper || !operator_account_matches(world, oper, user)) {
		notice_operators(world, outbox, NOTICE_KIND_OPERATOR,
			"%s {%s} is no operator any more", user->source, user->operator_name);
		user_set_operator(world, user, NULL);
	}
	give_up_modes(world, user);
	announce_user_modes(world, outbox, user, old_flags);
}
