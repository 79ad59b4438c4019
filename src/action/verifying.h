/* Verifying the e-mail address of an account with a code, however the client sends it: VERIFY or
 * NickServ. The code counts like a password: it is checked outside of the world, tries are limited,
 * and wrong ones are answered LOGIN_REFUSAL_MS after they came. */
#pragma once

#include "action/registering.h"
#include "world/mails.h"

/* The three steps, like those of a registration; see registering.h. The last parameter is only
 * written where the result is false. */
bool verifying_begin(struct call *call, enum login_kind kind, const char *name, const char *code,
	struct refusal *ret_refusal);
/* True: the change is asked for, or the refusal comes later. */
bool verifying_checked(struct call *call, const struct event *event, enum change_kind kind,
	struct refusal *ret_refusal);
/* The code was wrong, and it is time to say so. Ends the login. */
void verifying_refuse(struct call *call, struct refusal *ret_refusal);
/* The change is over: a session that is still there is logged in. */
bool verifying_stored(struct call *call, const struct change *change, enum stored status,
	struct refusal *ret_refusal);

/* Has the account a valid code for another e-mail address? */
bool verifying_waits_for_email(const struct world *world, const struct account *account);
/* The hash that the code must have for this account, which may be NULL. */
const char *verifying_hash(
	const struct world *world, const struct account *account, enum mail_purpose purpose);
