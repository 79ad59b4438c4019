/* Owns OPER. Whoever fails is told the same, whatever the reason, after the same work: the
 * names of operators cannot be guessed. */
#include "command/oper.h"

#include <string.h>

#include "base/buffer.h"
#include "base/cleanup.h"
#include "base/mem.h"
#include "command/command.h"
#include "command/flow.h"
#include "command/reply.h"
#include "command/session_log.h"
#include "proto/mask.h"
#include "world/fanout.h"
#include "world/modes.h"
#include "world/user.h"

/* Costs what a hash from papod --hash-password costs, and no password matches it. */
#define NOBODYS_HASH "$y$j9T$papodpapodpapodpapod$nobody"

static bool host_matches(const struct operator_settings *oper, const struct session *session)
{
	char address[ADDRESS_TEXT_BYTES];
	struct buffer numeric = { 0 };
	bool matches = !oper->n_hosts;
	const char *name = session->user->source + strlen(session->user->nick) + 1;

	address_format(&session->address, address);
	buffer_format(&numeric, "%s@%s", session->user->name, address);
	for (size_t i = 0; i < oper->n_hosts && !matches; i++)
		matches = mask_match(oper->hosts[i], name) ||
			  mask_match(oper->hosts[i], numeric.bytes);
	buffer_done(&numeric);
	return matches;
}

/* NULL: nothing but the password is open. */
static const char *why_refused(const struct world *world, const struct session *session)
{
	const struct operator_settings *oper =
		settings_find_operator(world->settings, session->oper_name);

	if (!oper)
		return "there is no operator of that name";
	if (!oper->password_hash)
		return "the operator has no password in the secrets";
	if (!host_matches(oper, session))
		return "user and host match none of the operator's hosts";
	return NULL;
}

static void announce_mode(
	struct world *world, struct outbox *outbox, const struct user *user, const char *change)
{
	struct fanout fanout;

	fanout_begin(&fanout, world, outbox, ":%s MODE %s :%s%c", user->source, user->nick, change,
		user_mode_of_flag(USER_FLAG_OPERATOR)->letter);
	fanout_to_user(&fanout, user);
	fanout_end(&fanout);
}

static void run(struct call *call)
{
	const struct operator_settings *oper;
	const char *hash = NOBODYS_HASH;

	mem_set_text(&call->session->oper_name, call->params[0]);
	oper = settings_find_operator(call->world->settings, call->params[0]);
	if (!why_refused(call->world, call->session))
		hash = oper->password_hash;
	outbox_verify(call->outbox, call->session->id,
		flow_wait(call->world, call->outbox, call->session, SESSION_WAIT_OPER), hash,
		call->params[1]);
}

void oper_verified(struct world *world, struct outbox *outbox, struct session *session,
	const struct event *event)
{
	struct call call = { .world = world, .outbox = outbox, .session = session };
	const char *reason = why_refused(world, session);
	CLEANUP(mem_freep) char *name = NULL;

	if (!reason && event->status != ANSWER_YES)
		reason = event->status == ANSWER_BUSY ? "too many passwords are being checked"
						      : "the password is wrong";
	log_session(outbox, reason ? LOGBOOK_OPER_REFUSED : LOGBOOK_OPER_UP, session, "OPERATOR",
		session->oper_name, "REASON", reason);
	name = TAKE(session->oper_name);
	if (reason) {
		reply(&call, ERR_PASSWDMISMATCH);
		return;
	}
	if (!session->user->operator_name)
		announce_mode(world, outbox, session->user, "+");
	user_set_operator(world, session->user, name);
	reply(&call, RPL_YOUREOPER);
}

void oper_dismiss(struct world *world, struct outbox *outbox, struct user *user)
{
	user_set_operator(world, user, NULL);
	announce_mode(world, outbox, user, "-");
}

const struct command command_oper = {
	.name = "OPER",
	.min_params = 2,
	.cost = 5,
	.run = run,
	.usage = "<name> <password>",
	.help = "Makes you an operator of this server, if the administrator has named you one.",
};
