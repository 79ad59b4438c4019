/* Owns OPER. The answer to a failed OPER is the same for every reason, and a password is checked
 * even for an operator that does not exist: neither the text nor the time reveals the names of
 * operators. */
#include "command/oper.h"

#include <string.h>

#include "action/notices.h"
#include "action/presence.h"
#include "action/reply.h"
#include "action/session_log.h"
#include "base/buffer.h"
#include "base/cleanup.h"
#include "base/mem.h"
#include "command/commands.h"
#include "proto/certfp.h"
#include "proto/mask.h"
#include "world/flow.h"
#include "world/modes.h"
#include "world/session_tls.h"
#include "world/user.h"

/* Costs what a hash from papod --hash-password costs, and no password matches it. */
#define NOBODYS_HASH "$y$j9T$papodpapodpapodpapod$nobody"

/* Is the host a network that contains the session's address? */
static bool host_network_matches(const char *mask, const struct session *session)
{
	const char *at = strchr(mask, '@');
	CLEANUP(mem_freep) char *name = mem_text_n(mask, (size_t) (at - mask));
	struct address network;

	return address_parse_network(at + 1, &network) &&
	       address_is_in(&session->address, &network) && mask_match(name, session->user->name);
}

/* The administrator writes real hosts and addresses, not cloaks. */
static bool host_matches(const struct operator_settings *oper, const struct session *session)
{
	char address[ADDRESS_TEXT_BYTES];
	struct buffer named = { 0 }, numeric = { 0 };
	bool matches = !oper->n_hosts;

	address_format(&session->address, address);
	buffer_format(&named, "%s@%s", session->user->name, session->user->real_host);
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
static bool oper_certificate_matches(
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

/* NULL: only the password remains to be checked, if the operator has one. */
static const char *why_oper_refused(const struct world *world, const struct session *session)
{
	const struct operator_settings *oper =
		settings_find_operator(world->settings, session_extras(session)->oper_name);

	if (!oper)
		return "there is no operator with that name";
	if (!oper->password_hash && !oper->n_certificates)
		return "the operator has neither a password nor a certificate";
	if (!host_matches(oper, session))
		return "user and host match none of the operator's hosts";
	if (!oper_certificate_matches(oper, session))
		return "the client has none of the operator's certificates";
	return NULL;
}

/* The reply may depend on the client's host, but never on the operator name that it gave. */
static void say_refusal(struct call *call)
{
	const struct settings *settings = call->world->settings;

	for (size_t i = 0; i < settings->n_operators; i++)
		if (host_matches(&settings->operators[i], call->session)) {
			reply(call, ERR_PASSWDMISMATCH);
			return;
		}
	reply(call, ERR_NOOPERHOST);
}

/* Unset the modes whose privilege the user has lost. */
static void give_up_modes(struct world *world, struct user *user)
{
	if (!user_has_privilege(world, user, user_mode_of_flag(USER_FLAG_NOTICES)->privilege))
		user_set_notices(world, user, 0);
}

/* The reason why the client is refused is for the log and for operators; NULL: it is not. */
static void finish_oper(struct call *call, const char *reason)
{
	struct world *world = call->world;
	struct session *session = call->session;
	uint32_t old_flags = session->user->flags;
	CLEANUP(mem_freep) char *name = mem_text(session_extras(session)->oper_name);
	CLEANUP(mem_freep) char *fingerprint = session_tls_fingerprint(session);

	log_session(call->outbox, reason ? LOGBOOK_OPER_REFUSED : LOGBOOK_OPER_UP, session,
		"OPERATOR", name, "CERTIFICATE", fingerprint, "REASON", reason);
	session_set_oper(session, NULL);
	notice_operators(world, call->outbox, NOTICE_KIND_OPERATOR, "%s {%s} %s%s",
		session->user->source, name,
		reason ? "failed to become an operator: " : "is an operator now",
		reason ? reason : "");
	if (reason) {
		say_refusal(call);
		return;
	}
	user_set_operator(world, session->user, name);
	give_up_modes(world, session->user);
	announce_user_modes(world, call->outbox, session->user, old_flags);
	reply(call, RPL_YOUREOPER);
}

void oper_verified(struct world *world, struct outbox *outbox, struct session *session,
	const struct event *event)
{
	struct call call = { .world = world, .outbox = outbox, .session = session };
	const char *reason = why_oper_refused(world, session);

	if (!reason && event->status != ANSWER_YES)
		reason = event->status == ANSWER_BUSY ? "too many passwords are being checked"
						      : "the password is wrong";
	finish_oper(&call, reason);
}

/* A lone word that is no name of an operator may be a password, which must not be logged. A name is
 * needed again when the line is replayed. */
static void take_oper_name(struct call *call, bool is_known)
{
	bool is_alone = call->n_params < 2;

	session_set_oper(call->session, is_known || !is_alone ? call->params[0] : "*");
	call->holds_no_secret = is_known && is_alone;
}

/* A refusal without a password, or an acceptance that needs none, comes at once: neither depends on
 * whether there is an operator with that name, unless the client has its certificate. */
static void run(struct call *call)
{
	const struct operator_settings *oper =
		settings_find_operator(call->world->settings, call->params[0]);
	const char *reason;

	take_oper_name(call, oper != NULL);
	reason = why_oper_refused(call->world, call->session);
	if (!reason && !oper->password_hash)
		finish_oper(call, NULL);
	else if (call->n_params < 2)
		finish_oper(call, reason ? reason : "no password was sent");
	else
		outbox_verify(call->outbox, call->session->id,
			flow_wait(call->world, call->outbox, call->session, SESSION_WAIT_OPER),
			reason ? NOBODYS_HASH : oper->password_hash, call->params[1]);
}

void oper_review(struct world *world, struct outbox *outbox, struct user *user)
{
	uint32_t old_flags = user->flags;

	if (!user->operator_name)
		return;
	if (!settings_find_operator(world->settings, user->operator_name)) {
		notice_operators(world, outbox, NOTICE_KIND_OPERATOR,
			"%s {%s} is no operator any more", user->source, user->operator_name);
		user_set_operator(world, user, NULL);
	}
	give_up_modes(world, user);
	announce_user_modes(world, outbox, user, old_flags);
}

COMMAND(oper) = {
	.name = "OPER",
	.min_params = 1,
	.cost = 5,
	.reach = COMMAND_REACH_WORLD,
	.secret = 2,
	.run = run,
	.usage = "<name> [<password>]",
	.help = "Makes you an operator of this server, if its administrator has given you a name "
		"and a password, or has registered the certificate that you connect with.",
};
