/* Owns PASS. Modern IRC, "PASS message".
 *
 * Where clients need the password of the server, PASS is that, whatever it looks like. Elsewhere
 * account:password is a login, for clients that know no SASL; but who has logged in by SASL is not
 * asked again. The line is overwritten, and nothing here may depend on its letters: helpers find
 * the colon, see action/login_reading.h. */
#include "command/pass.h"

#include "action/account.h"
#include "action/closing.h"
#include "action/reply.h"
#include "action/session_log.h"
#include "base/mem.h"
#include "command/commands.h"
#include "world/login.h"
#include "world/session.h"
#include "world/world.h"

bool pass_begin_login(struct call *call)
{
	struct session *session = call->session;
	struct login *login;

	if (!session->registration->password ||
		session_class(call->world, session)->needs_password || login_account(session) ||
		login_of(session))
		return false;
	login = login_begin(session, LOGIN_KIND_PASS);
	buffer_put_text(&login->message, session->registration->password);
	mem_set_secret(&session->registration->password, NULL);
	login_check(call);
	return true;
}

static void say_no_login(struct call *call, const char *reason)
{
	tell_session(call->world, call->outbox, call->session,
		":%s NOTICE %s :Your PASS did not log you in: %s.",
		call->world->settings->server_name, session_nick(call->session), reason);
}

void pass_decided(struct call *call, enum login_result result, const char *reason)
{
	login_end(call->session);
	if (result == LOGIN_RESULT_FAILED || result == LOGIN_RESULT_LATER)
		say_no_login(call, reason);
}

void pass_refuse(struct call *call)
{
	log_session(call->outbox, LOGBOOK_LOGIN_REFUSED, call->session, "METHOD", "PASS");
	login_end(call->session);
	say_no_login(call, "the password is wrong, or there is no such account");
}

static void run(struct call *call)
{
	if (call->user)
		reply(call, ERR_ALREADYREGISTERED);
	else
		mem_set_secret(&call->session->registration->password, call->params[0]);
}

COMMAND(pass) = {
	.name = "PASS",
	.min_params = 1,
	.cost = 1,
	.flags = COMMAND_BEFORE_REGISTRATION,
	.reach = COMMAND_REACH_SELF,
	.secret = 1,
	.run = run,
	.usage = "<password>",
	.help = "Sends the password of the server, before NICK and USER are sent. If the server "
		"needs none, the password can be account:password, which logs you in to that "
		"account.",
};
