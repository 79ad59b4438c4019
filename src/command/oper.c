/* Owns OPER. The answer to a failed OPER is the same for every reason, and a password is checked
 * even for an operator that does not exist: neither the text nor the time reveals the names of
 * operators. A wrong password is answered at a fixed time after it came, as those of accounts are
 * (world/login.h); an address that sends too many is refused for a while, unseen. */
#include "command/oper.h"

#include "action/account.h"
#include "action/codes.h"
#include "action/login_limits.h"
#include "action/notices.h"
#include "action/operators.h"
#include "action/reply.h"
#include "action/session_log.h"
#include "base/cleanup.h"
#include "base/mem.h"
#include "command/commands.h"
#include "proto/totp.h"
#include "world/flow.h"
#include "world/login.h"
#include "world/session_tls.h"
#include "world/used_codes.h"
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
static void report_oper_refusal(struct call *call, const char *reason)
{
	const struct session *session = call->session;
	const char *name = session_extras(session)->oper_name;
	CLEANUP(mem_freep) char *fingerprint = session_tls_fingerprint(session);

	log_session(call->outbox, LOGBOOK_OPER_REFUSED, session, "OPERATOR", name, "CERTIFICATE",
		fingerprint, "REASON", reason);
	notice_operators(call->world, call->outbox, NOTICE_KIND_OPERATOR,
		"%s {%s} failed to become an operator: %s", session->user->source, name, reason);
}

static void end_oper(struct session *session)
{
	session_set_oper(session, NULL);
	login_end(session);
}

static void refuse_at_once(struct call *call, const char *reason)
{
	report_oper_refusal(call, reason);
	say_oper_refusal(call);
	session_set_oper(call->session, NULL);
}

/* A password was sent. */
static void refuse_later(struct call *call, const char *reason)
{
	report_oper_refusal(call, reason);
	login_refuse(call->world, call->outbox, call->session);
}

void oper_refuse(struct call *call)
{
	say_oper_refusal(call);
	if (!oper_may_try(call->world, call->session, NULL))
		tell_session(call->world, call->outbox, call->session,
			":%s NOTICE %s :OPER failed too often from your address, try again in "
			"some minutes",
			call->world->settings->server_name, call->user->nick);
	end_oper(call->session);
}

static void accept_oper(struct call *call)
{
	const char *name = session_extras(call->session)->oper_name;

	login_know_address(call->world, call->session, &(struct code_owner){ .operator = name });
	operator_begin(call->world, call->outbox, call->session, name);
	end_oper(call->session);
}

/* A snapshot of another release may lack it. */
static void need_login(struct call *call)
{
	const struct login *login = login_of(call->session);

	if (!login || login->kind != LOGIN_KIND_OPER)
		login_begin(call->session, LOGIN_KIND_OPER)->begun_ms = call->world->now_ms;
}

/* The code behind the right password, which counts once. Only a client that sent that password
 * spends attempts: others cannot lock the operator out. NULL: it is right. */
static const char *check_oper_code(
	struct call *call, const char *name, const struct event *event, enum code_use *ret_use)
{
	const struct code_owner owner = { .operator= name };
	const char *reason = NULL;

	if (!code_may_try(call->world, call->session, &owner))
		return "too many codes were wrong";
	if (event->status != ANSWER_YES)
		reason = "the password is right, the code is wrong";
	else
		*ret_use = code_use(call, &owner, event->step, CHANGE_KIND_OPER_CODE);
	if (*ret_use == CODE_USE_REFUSED)
		reason = "the code was used before";
	if (reason)
		code_count_failure(call->world, call->session, &owner);
	return reason;
}

static const char *check_oper_answer(
	struct call *call, const char *name, const struct event *event, enum code_use *ret_use)
{
	const struct operator_settings *oper = settings_find_operator(call->world->settings, name);
	bool is_right = event->status == ANSWER_YES || event->step == TOTP_STEP_WRONG;

	if (event->status == ANSWER_BUSY)
		return "too many passwords are being checked";
	if (!is_right)
		return "the password is wrong";
	return oper->totp ? check_oper_code(call, name, event, ret_use) : NULL;
}

void oper_verified(struct world *world, struct outbox *outbox, struct session *session,
	const struct event *event)
{
	struct call call = {
		.world = world, .outbox = outbox, .session = session, .user = session->user
	};
	const char *name = session_extras(session)->oper_name;
	const char *reason = operator_refuses(world, session, name);
	enum code_use use = CODE_USE_DONE;

	need_login(&call);
	if (!reason)
		reason = check_oper_answer(&call, name, event, &use);
	if (reason && event->status != ANSWER_BUSY)
		oper_count_failure(world, session);
	if (reason)
		refuse_later(&call, reason);
	else if (use == CODE_USE_DONE)
		accept_oper(&call);
}

void oper_code_stored(struct call *call)
{
	const char *name = session_extras(call->session)->oper_name;
	const char *reason;

	if (!name)
		return;
	reason = operator_refuses(call->world, call->session, name);
	need_login(call);
	if (reason)
		refuse_later(call, reason);
	else
		accept_oper(call);
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

	login_begin(call->session, LOGIN_KIND_OPER)->begun_ms = call->world->now_ms;
	if (!oper_may_try(call->world, call->session, session_extras(call->session)->oper_name)) {
		refuse_later(call, "too many attempts from its address have failed");
		return;
	}
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
		accept_oper(call);
	else if (call->n_params < 2)
		refuse_at_once(call, reason ? reason : "no password was sent");
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
	.papoctl = "(everybody whom the socket admits has all privileges)",
	.usage = "<name> [<password>]",
	.help = "Makes you an operator of this server, if its administrator has given you a name "
		"and a password, or has registered your certificate or your account.",
};
