/* Owns OPER. The answer to a failed OPER is the same for every reason, and a password is checked
 * even for an operator that does not exist: neither the text nor the time reveals the names of
 * operators. */
#include "command/oper.h"

#include "action/codes.h"
#include "action/notices.h"
#include "action/operators.h"
#include "action/reply.h"
#include "action/session_log.h"
#include "base/cleanup.h"
#include "base/mem.h"
#include "command/commands.h"
#include "proto/totp.h"
#include "world/flow.h"
#include "world/session_tls.h"
#include "world/user.h"

/* Costs what a hash from papod --hash-password costs, and no password matches it. */
#define NOBODYS_HASH "$y$j9T$papodpapodpapodpapod$nobody"

/* The reply may depend on the client's host, but never on the operator name that it gave. */
static void say_oper_refusal(struct call *call)
{
	const struct settings *settings = call->world->settings;

	for (size_t i = 0; i < settings->n_operators; i++)
		if (operator_host_matches(&settings->operators[i], call->session)) {
			reply(call, ERR_PASSWDMISMATCH);
			return;
		}
	reply(call, ERR_NOOPERHOST);
}

/* The reason is for the log and for operators. */
static void refuse_oper(struct call *call, const char *reason)
{
	struct session *session = call->session;
	const char *name = session_extras(session)->oper_name;
	CLEANUP(mem_freep) char *fingerprint = session_tls_fingerprint(session);

	log_session(call->outbox, LOGBOOK_OPER_REFUSED, session, "OPERATOR", name, "CERTIFICATE",
		fingerprint, "REASON", reason);
	notice_operators(call->world, call->outbox, NOTICE_KIND_OPERATOR,
		"%s {%s} failed to become an operator: %s", session->user->source, name, reason);
	say_oper_refusal(call);
}

/* NULL: the client is not refused. */
static void finish_oper(struct call *call, const char *reason)
{
	struct session *session = call->session;

	if (reason)
		refuse_oper(call, reason);
	else
		operator_begin(
			call->world, call->outbox, session, session_extras(session)->oper_name);
	session_set_oper(session, NULL);
}

void oper_verified(struct world *world, struct outbox *outbox, struct session *session,
	const struct event *event)
{
	struct call call = { .world = world, .outbox = outbox, .session = session };
	const char *name = session_extras(session)->oper_name;
	const char *reason = operator_refuses(world, session, name);
	enum code_use use = CODE_USE_DONE;

	if (!reason && event->status != ANSWER_YES)
		reason = event->status == ANSWER_BUSY ? "too many passwords are being checked"
						      : "the password is wrong";
	if (!reason && settings_find_operator(world->settings, name)->totp)
		use = code_use(&call, &(struct code_owner){ .operator = name }, event->step,
			CHANGE_KIND_OPER_CODE);
	if (use == CODE_USE_REFUSED)
		reason = "the code was used before";
	if (use != CODE_USE_STORING)
		finish_oper(&call, reason);
}

void oper_code_stored(struct call *call)
{
	const char *name = session_extras(call->session)->oper_name;

	if (name)
		finish_oper(call, operator_refuses(call->world, call->session, name));
}

/* For EFFECT_VERIFY. The caller frees. */
static char *hash_of_operator(const struct operator_settings *oper)
{
	return oper->totp ? totp_hash(oper->totp, oper->password_hash)
			  : mem_text(oper->password_hash);
}

static void verify_oper(struct call *call, const struct operator_settings *oper)
{
	CLEANUP(mem_freep) char *hash = oper ? hash_of_operator(oper) : mem_text(NOBODYS_HASH);

	outbox_verify(call->outbox, call->session->id,
		flow_wait(call->world, call->outbox, call->session, SESSION_WAIT_OPER), hash,
		call->params[1]);
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
	reason = operator_refuses(
		call->world, call->session, session_extras(call->session)->oper_name);
	if (!reason && !operator_needs_secret(oper))
		finish_oper(call, NULL);
	else if (call->n_params < 2)
		finish_oper(call, reason ? reason : "no password was sent");
	else
		verify_oper(call, reason ? NULL : oper);
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
		"and a password, or has registered your certificate or your account.",
};
