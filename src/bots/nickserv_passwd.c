/* Owns PASSWD of NickServ. Its line is overwritten, see action/registering.c. */
#include "bots/nickserv_passwd.h"

#include "action/registering.h"
#include "base/cleanup.h"
#include "base/mem.h"
#include "bots/asking.h"
#include "bots/nickserv.h"
#include "bots/voice.h"
#include "world/account_rows.h"
#include "world/session.h"
#include "world/user.h"

static void run_passwd(struct errand *errand)
{
	struct call *call = errand->call;
	struct refusal refusal;

	if (errand->account->flags & ACCOUNT_FLAG_OUTSIDE) {
		bot_say(errand,
			"The password of your account is not stored here. Change it where you got "
			"it.");
		return;
	}
	if (registering_refuses_password(call->world, errand->params[0], &refusal)) {
		bot_say(errand, "%s.", refusal.text);
		return;
	}
	login_begin(call->session, LOGIN_KIND_PASSWD)->account = errand->account->id;
	registering_derive(call, errand->params[0]);
}

/* A row of the account with another verifier. */
struct new_verifier {
	struct buffer bytes;
	char *text;
};

static void put_new_verifier(void *data, struct account_fields *fields)
{
	struct new_verifier *verifier = data;

	fields->verifier = verifier->text;
	fields->code = (struct account_code){ 0 };
	account_fields_put(&verifier->bytes, fields);
}

static void store_verifier(
	struct call *call, const struct account *account, const struct event *event)
{
	CLEANUP(mem_freep) char *text = mem_text_n(event->text, event->text_length);
	struct new_verifier verifier = { .text = text };
	struct change *change = nickserv_change(call, account);

	if (!change)
		return;
	account_with_fields(account, put_new_verifier, &verifier);
	nickserv_add_row(
		call, change, (struct store_row){ .table = STORE_TABLE_ACCOUNTS }, &verifier.bytes);
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
