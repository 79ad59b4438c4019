/* Owns SET of NickServ: what the owner of an account may choose. Each option is a row. */
#include "base/cleanup.h"
#include "base/text.h"
#include "bots/nickserv.h"
#include "bots/nickserv_passwd.h"
#include "bots/voice.h"
#include "proto/name_syntax.h"

/* False: neither ON nor OFF, which the user was told. */
static bool read_switch(struct errand *errand, bool *ret_is_on)
{
	bool is_on = text_equals_ignoring_case(errand->params[1], "ON");

	if (!is_on && !text_equals_ignoring_case(errand->params[1], "OFF")) {
		bot_say(errand, "The value is either ON or OFF.");
		return false;
	}
	*ret_is_on = is_on;
	return true;
}

static void set_autoop(struct errand *errand)
{
	bool is_on;

	if (read_switch(errand, &is_on))
		nickserv_store_flag(errand->call, errand->account, ACCOUNT_FLAG_NO_RANKS, !is_on,
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

static void set_email(struct errand *errand)
{
	const char *email = errand->params[1];

	if (text_equals_ignoring_case(email, "NONE"))
		remove_email(errand);
	else if (settings_refuse_email(errand->call->world->settings))
		bot_say(errand, "Accounts have no e-mail addresses here.");
	else if (!mail_address_is_valid(email))
		bot_say(errand, "This is no e-mail address.");
	else
		nickserv_store_email(errand->call, errand->account, email);
}

static void set_own_password(struct errand *errand)
{
	nickserv_set_password(errand, errand->params[1]);
}

static const struct suboption set_options[] = {
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
		.name = "PASSWORD",
		.is_secret = true,
		.run = set_own_password,
		.usage = "<new password>",
		.help = "The same as PASSWD.",
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
