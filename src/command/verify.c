/* Owns VERIFY. IRCv3 account-registration.
 *
 * The line holds a code, and is overwritten afterwards; see world/login.h. */
#include "command/verify.h"

#include "action/account.h"
#include "action/lookup.h"
#include "action/reply.h"
#include "action/verifying.h"
#include "base/cleanup.h"
#include "base/mem.h"
#include "command/commands.h"
#include "command/registration.h"
#include "world/caps.h"
#include "world/session.h"

static void fail_code(struct call *call, const char *name, const struct refusal *refusal)
{
	reply_fail(call, refusal->code, "%s :%s", lookup_word(name), refusal->text);
}

static void run(struct call *call)
{
	const struct cap_basis basis = cap_basis_of(call->world);
	const char *own = login_account(call->session);
	struct refusal refusal;

	if (!call->user && !own && !caps_may_register_early(&basis))
		reply_fail(call, "COMPLETE_CONNECTION_REQUIRED",
			":Send NICK and USER first, and VERIFY once you are welcomed");
	else if (!verifying_begin(
			 call, LOGIN_KIND_VERIFY, call->params[0], call->params[1], &refusal))
		fail_code(call, own ? own : call->params[0], &refusal);
}

void verify_checked(struct call *call, const struct event *event)
{
	CLEANUP(mem_freep) char *name = mem_text(login_of(call->session)->name);
	struct refusal refusal;

	call->command = &command_verify;
	if (!verifying_checked(call, event, CHANGE_KIND_VERIFY, &refusal))
		fail_code(call, name, &refusal);
	registration_continue(call->world, call->outbox, call->session);
}

void verify_refuse(struct call *call)
{
	CLEANUP(mem_freep) char *name = mem_text(login_of(call->session)->name);
	struct refusal refusal;

	call->command = &command_verify;
	verifying_refuse(call, &refusal);
	fail_code(call, name, &refusal);
}

void verify_stored(struct call *call, const struct change *change, enum stored status)
{
	struct refusal refusal;
	bool is_done = verifying_stored(call, change, status, &refusal);

	call->command = &command_verify;
	if (!call->session)
		return;
	if (is_done)
		reply_line(call, ":%s VERIFY SUCCESS %s :The account is verified",
			call->world->settings->server_name, change->text);
	else
		fail_code(call, change->text, &refusal);
	registration_continue(call->world, call->outbox, call->session);
}

COMMAND(verify) = {
	.name = "VERIFY",
	.min_params = 2,
	.cost = 5,
	.flags = COMMAND_BEFORE_REGISTRATION,
	.reach = COMMAND_REACH_WORLD,
	.secret = 2,
	.run = run,
	.usage = "<account> <code>",
	.help = "Verifies the e-mail address of an account that you have registered, with the code "
		"that was sent there, and logs you in.",
};
