/* Owns REGISTER of NickServ: that of IRCv3 account-registration, in a conversation. */
#include "bots/nickserv_register.h"

#include "action/registering.h"
#include "bots/bots.h"
#include "bots/voice.h"
#include "proto/name_syntax.h"
#include "world/user.h"

static void run_nick_register(struct errand *errand)
{
	struct registering asked = {
		.name = errand->call->user->nick,
		.password = errand->params[0],
	};
	struct refusal refusal;

	registering_set_contact(&asked, errand->params[1]);
	if (asked.email && !mail_address_is_valid(asked.email)) {
		bot_say(errand, "What follows the password is no e-mail address; a password has no "
				"spaces here.");
		return;
	}
	if (!registering_begin(errand->call, LOGIN_KIND_NICKSERV_REGISTER, &asked, &refusal))
		bot_say(errand, "%s.", refusal.text);
}

void nickserv_register_derived(struct call *call, const struct event *event)
{
	struct refusal refusal;

	if (!registering_derived(call, event, CHANGE_KIND_NICKSERV_REGISTER, &refusal))
		service_say(call, &service_nickserv, "%s.", refusal.text);
}

void nickserv_register_stored(struct call *call, const struct change *change, int status)
{
	struct refusal refusal;
	enum registering_end end = registering_stored(call, change, (enum stored) status, &refusal);

	if (!call->session)
		return;
	if (end == REGISTERING_DONE)
		service_say(call, &service_nickserv, "The account %s is yours.", change->text);
	else if (end == REGISTERING_NEEDS_CODE)
		service_say(call, &service_nickserv,
			"A code is on its way to your e-mail address. Type /msg NickServ VERIFY %s "
			"and the code to use the account.",
			change->text);
	else
		service_say(call, &service_nickserv, "%s.", refusal.text);
}

NICKSERV(register) = {
	.name = "REGISTER",
	.min_params = 1,
	.max_params = 2,
	.cost = 5,
	.flags = SUBCOMMAND_CHANGES,
	.secret = SUBCOMMAND_SECRET_BEFORE_MAIL,
	.run = run_nick_register,
	.usage = "<password> [<e-mail>|<invitation>]",
	.help = "Registers an account with the name of your present nickname, and logs you in to "
		"it. The password has no spaces. An invitation of an operator registers an account "
		"where not everybody may.",
};
