/* The end of an account. Its row and all that belongs to it are removed; logins end, and so do the
 * masks of channels that name it: another account that takes the name later inherits nothing. */
#pragma once

#include "action/command.h"
#include "world/changes.h"

/* Store that the account ends. Its owner may not be the founder of a channel, and account->change
 * is 0. The session, which may be NULL, waits for the answer. */
void account_end_ask(struct world *world, struct outbox *outbox, struct session *session,
	const struct account *account);
/* All accounts came in anew: log out the sessions whose account is not there. Sessions that need an
 * account are closed. */
void account_log_out_strangers(struct world *world, struct outbox *outbox);
/* A change of kind CHANGE_KIND_ACCOUNT_END was stored. Sessions that need an account are closed. */
void account_ended(struct call *call, const struct change *change);
