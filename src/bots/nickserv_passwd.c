/* Owns PASSWD of NickServ. Its line is overwritten, see action/registering.c. */
#include "bots/nickserv_passwd.h"

#include "action/registering.h"
#include "base/cleanup.h"
#include "base/mem.h"
#include "bots/asking.h"
#include "bots/nickserv.h"
#include "bots/voice.h"
#include "world/session.h"
#include "world/user.h"

void nickserv_set_password(struct errand *errand, const char *password)
{
	struct call *call = errand->call;
	struct refusal refusal;

	if (errand->account->flags & ACCOUNT_FLAG_OUTSIDE) {
		bot_say(errand,
			"The password of your account is not stored here. Change it where you got "
			"it.");
		return;
	}
	if (registering_refuses_password(call->world, password, &refusal)) {
		bot_say(errand, "%s.", refusal.text);
		return;
	}
	login_begin(call->session, LOGIN_KIND_PASSWD)->account = errand->account->id;
	registering_derive(call, password);
}

static void run_passwd(struct errand *errand)
{
	nickserv_set_password(errand, errand->params[0]);
}

static void edit_verifier(struct account_fields *fields, const void *data)
{
	fields->verifier = (char *) (uintptr_t) data;
	fields->code = (struct account_code){ 0 };
}

static void store_verifier(
	struct call *call, const struct account *account, const struct event *event)
{
	CLEANUP(mem_freep) char *text = mem_text_n(event->text, event->text_length);
	struct change *change = nickserv_change_fields(call, account, edit_verifier, text);

	if (change)
		bot_ask_change(call, change, "Your password is changed.");
}

void passwd_derived(struct call *call, const struct event *event)
{
	const struct account *account = account_of_user(call->world, call->user);
	struct refusal refusal;

	if (registering_refuses_verifier(event, &refusal))
		service_say(call, &service_nickserv, "%s.", refusal.text);
	else if (!account || account->id != login_of(call->session)->account)
		service_say(call, &service_nickserv, "You are not logged in any more.");
	else
		store_verifier(call, account, event);
	login_end(call->session);
}

NICKSERV(passwd) = {
	.name = "PASSWD",
	.min_params = 1,
	.max_params = 1,
	.cost = 5,
	.flags = SUBCOMMAND_NEEDS_LOGIN | SUBCOMMAND_CHANGES,
	.secret = 1,
	.run = run_passwd,
	.usage = "<new password>",
	.help = "Changes the password of your account. Clients that are logged in remain so.",
};
