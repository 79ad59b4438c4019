/* Owns SET of NickServ: what the owner of an account may choose. Each option is a row. */
#include <string.h>

#include "action/mailing.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "bots/nickserv.h"
#include "bots/nickserv_passwd.h"
#include "bots/voice.h"
#include "proto/name_syntax.h"
#include "world/account_wishes.h"

static void set_autoop(struct errand *errand)
{
	uint32_t flags = errand->account->flags & ~(uint32_t) ACCOUNT_FLAG_NO_RANKS;
	bool is_on;

	if (bot_read_switch(errand, errand->params[1], &is_on))
		nickserv_store_flags(errand->call, errand->account,
			is_on ? flags : flags | ACCOUNT_FLAG_NO_RANKS,
			is_on ? "You get the ranks of your account on channels."
			      : "You get no ranks on channels by yourself: ask ChanServ with OP.");
}

static void remove_email(struct errand *errand)
{
	if (settings_need_email(errand->call->world->settings))
		bot_say(errand, "Each account needs an e-mail address here.");
	else
		nickserv_store_email(errand->call, errand->account, NULL);
}

/* It is in force once its code comes back. */
static void verify_email(struct errand *errand, const char *email)
{
	struct call *call = errand->call;
	const char *refusal =
		mailing_refusal(call->world, call->session, errand->account->name, email);

	if (refusal) {
		bot_say(errand, "%s.", refusal);
		return;
	}
	mailing_begin_change(call, errand->account, email);
	bot_say(errand,
		"A code is on its way to %s. The address counts once you send: VERIFY %s and the "
		"code.",
		email, errand->account->name);
}

static void set_email(struct errand *errand)
{
	const char *email = errand->params[1];

	if (text_equals_ignoring_case(email, "NONE"))
		remove_email(errand);
	else if (settings_refuse_email(errand->call->world->settings))
		bot_say(errand, "Accounts have no e-mail addresses here.");
	else if (!mail_address_is_valid(email))
		bot_say(errand, "This is no e-mail address.");
	else if (errand->call->world->settings->accounts.verify)
		verify_email(errand, email);
	else
		nickserv_store_email(errand->call, errand->account, email);
}

static void set_own_password(struct errand *errand)
{
	nickserv_set_password(errand, errand->params[1]);
}

static void set_protect(struct errand *errand)
{
	const char *rule = errand->call->world->settings->accounts.nick_protection;
	uint32_t flags = errand->account->flags &
			 ~(uint32_t) (ACCOUNT_FLAG_PROTECTED | ACCOUNT_FLAG_UNPROTECTED);
	bool is_on;

	if (strcmp(rule, "off") == 0)
		bot_say(errand, "The server does not protect nicknames.");
	else if (bot_read_switch(errand, errand->params[1], &is_on))
		nickserv_store_flags(errand->call, errand->account,
			flags | (is_on ? ACCOUNT_FLAG_PROTECTED : ACCOUNT_FLAG_UNPROTECTED),
			is_on ? "Others who use your nicknames become guests."
			      : "Others may use your nicknames while you do not.");
}

/* False: neither ON, OFF nor DEFAULT, which the user was told. */
static bool read_choice(struct errand *errand, enum account_choice *ret_choice)
{
	bool is_on = false, is_default = text_equals_ignoring_case(errand->params[1], "DEFAULT");

	if (!is_default && !bot_read_switch(errand, errand->params[1], &is_on))
		return false;
	*ret_choice = is_on ? ACCOUNT_CHOICE_ON : ACCOUNT_CHOICE_OFF;
	if (is_default)
		*ret_choice = ACCOUNT_CHOICE_DEFAULT;
	return true;
}

/* What is in force then may differ from the wish. */
static void set_wish(struct errand *errand, enum account_wish wish)
{
	const struct account_wish_row *row = account_wish_row(wish);
	struct account changed = *errand->account;
	enum account_choice choice;

	if (!read_choice(errand, &choice))
		return;
	changed.flags = account_wish_flags(changed.flags, wish, choice);
	nickserv_store_flags(errand->call, errand->account, changed.flags,
		account_has_wish(errand->call->world, &changed, wish) ? row->is_on : row->is_off);
}

static void set_multiclient(struct errand *errand)
{
	set_wish(errand, ACCOUNT_WISH_MULTICLIENT);
}

static void set_always_on(struct errand *errand)
{
	set_wish(errand, ACCOUNT_WISH_ALWAYS_ON);
}

static void set_auto_away(struct errand *errand)
{
	set_wish(errand, ACCOUNT_WISH_AUTO_AWAY);
}

static const struct suboption set_options[] = {
	{
		.name = "ALWAYSON",
		.run = set_always_on,
		.usage = "ON|OFF|DEFAULT",
		.help = "Whether you stay on your channels when your last client leaves, also "
			"after a stop of the server, as long as your nickname belongs to your "
			"account. A client of yours that logs in with this nickname is there "
			"again.",
	},
	{
		.name = "AUTOAWAY",
		.run = set_auto_away,
		.usage = "ON|OFF|DEFAULT",
		.help = "Whether you are marked as away while you stay without a client.",
	},
	{
		.name = "AUTOOP",
		.run = set_autoop,
		.usage = "ON|OFF",
		.help = "Whether you get the ranks of your account when you join a registered "
			"channel or log in. ON is the default.",
	},
	{
		.name = "EMAIL",
		.run = set_email,
		.usage = "<e-mail>|NONE",
		.help = "The e-mail address of your account. Only you and operators of the server "
			"see it.",
	},
	{
		.name = "MULTICLIENT",
		.run = set_multiclient,
		.usage = "ON|OFF|DEFAULT",
		.help = "Whether several of your clients may use one nickname at the same time, "
			"as one user. The administrator decides what the default is, and may "
			"leave no choice.",
	},
	{
		.name = "PASSWORD",
		.is_secret = true,
		.run = set_own_password,
		.usage = "<new password>",
		.help = "The same as PASSWD.",
	},
	{
		.name = "PROTECT",
		.run = set_protect,
		.usage = "ON|OFF",
		.help = "Whether a user of a nickname of your account who does not log in becomes "
			"a "
			"guest after a while.",
	},
};

NICKSERV(set) = {
	.name = "SET",
	.min_params = 1,
	.max_params = 2,
	.cost = 2,
	.flags = SUBCOMMAND_NEEDS_LOGIN | SUBCOMMAND_CHANGES,
	.options = set_options,
	.n_options = ARRAY_LENGTH(set_options),
	.usage = "<option> <value>",
	.help = "Changes an option of your account:",
};
