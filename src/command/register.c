/* Owns REGISTER. IRCv3 account-registration. */
#include "command/register.h"

#include <string.h>

#include "action/account.h"
#include "action/lookup.h"
#include "action/registering.h"
#include "action/reply.h"
#include "base/cleanup.h"
#include "base/mem.h"
#include "command/commands.h"
#include "command/registration.h"
#include "proto/invitation_text.h"
#include "world/caps.h"
#include "world/offers.h"
#include "world/session.h"
#include "world/user.h"

/* The account's name, borrowed. */
static const char *wanted_name(const struct call *call)
{
	if (strcmp(call->params[0], "*") != 0)
		return call->params[0];
	return call->user ? call->user->nick : call->session->registration->nick;
}

/* True: the client may not register anything yet. Before NICK it learns of no name that is taken,
 * IRCv3 account-registration. */
static bool refuse_stage(struct call *call)
{
	const struct cap_basis basis = cap_basis_of(call->world);

	if (!call->user && !login_account(call->session) && !caps_may_register_early(&basis))
		reply_fail(call, "COMPLETE_CONNECTION_REQUIRED",
			":Send NICK and USER first, and register once you are welcomed");
	else if (!call->user && !call->session->registration->nick)
		reply_fail(call, "NEED_NICK", "* :Send NICK first");
	else
		return false;
	return true;
}

static void fail_register(struct call *call, const char *name, const struct refusal *refusal)
{
	reply_fail(call, refusal->code, "%s :%s", lookup_word(name), refusal->text);
}

static void run(struct call *call)
{
	struct registering asked = { .name = wanted_name(call), .password = call->params[2] };
	const char *own = login_account(call->session);
	struct refusal refusal;

	registering_set_contact(&asked, call->params[1]);
	if (refuse_stage(call))
		return;
	if (!registering_begin(call, LOGIN_KIND_REGISTER, &asked, &refusal))
		fail_register(call, own ? own : asked.name, &refusal);
}

void register_derived(struct call *call, const struct event *event)
{
	CLEANUP(mem_freep) char *name = mem_text(login_of(call->session)->name);
	struct refusal refusal;

	call->command = &command_register;
	if (!registering_derived(call, event, CHANGE_KIND_REGISTER, &refusal))
		fail_register(call, name, &refusal);
	registration_continue(call->world, call->outbox, call->session);
}

void register_stored(struct call *call, const struct change *change, enum stored status)
{
	struct refusal refusal;
	enum registering_end end = registering_stored(call, change, status, &refusal);
	const char *server = call->world->settings->server_name;

	call->command = &command_register;
	if (!call->session)
		return;
	if (end == REGISTERING_DONE)
		reply_line(call, ":%s REGISTER SUCCESS %s :The account is yours", server,
			change->text);
	else if (end == REGISTERING_NEEDS_CODE)
		reply_line(call,
			":%s REGISTER VERIFICATION_REQUIRED %s :A code is on its way to your "
			"e-mail address; type /VERIFY %s and the code to use the account",
			server, change->text, change->text);
	else
		fail_register(call, change->text, &refusal);
	registration_continue(call->world, call->outbox, call->session);
}

/* From the invitation on, or the password alone. If a parameter is missing, any may be it. */
static struct message_place find_register_secret(const char *line, size_t length)
{
	struct message_place name = message_find(line, length, 1);
	struct message_place contact = message_find(line, length, 2);
	struct message_place password = message_find(line, length, 3);
	char *word = mem_text_n(line + contact.at, contact.length);
	size_t from = invitation_is(word) ? contact.at : password.at;

	mem_free_secret(word);
	if (name.length && (contact.at == name.at || password.at == contact.at))
		return (struct message_place){ name.at, length - name.at };
	return password.length ? (struct message_place){ from, length - from } : password;
}

COMMAND(register) = {
	.name = "REGISTER",
	.min_params = 3,
	.cost = 5,
	.flags = COMMAND_BEFORE_REGISTRATION,
	.reach = COMMAND_REACH_WORLD,
	.secret = 3,
	.find_secret = find_register_secret,
	.run = run,
	.usage = "<account>|* <e-mail>|<invitation>|* <password>",
	.help = "Registers an account, and logs you in to it. The name of the account is also a "
		"nickname that belongs to it; * stands for your present nickname, and for no "
		"e-mail address. An invitation of an operator, in the place of the e-mail "
		"address, registers an account where not everybody may.",
};
