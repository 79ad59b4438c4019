/* Which account a client is logged into. IRCv3 account-notify, sasl-3.1. */
#pragma once

#include "action/command.h"
#include "world/accounts.h"
#include "world/outbox.h"
#include "world/world.h"

struct user;

/* Log the user in, or out if NULL, and notify users who see it. IRCv3 account-notify. Only name and
 * id of the account are read. */
void account_change(struct world *world, struct outbox *outbox, struct user *user,
	const struct account *account);

/* The session has proved that the account is its own: it is logged in, and is told so. False: the
 * account may not be used, and the caller refuses the login. */
bool login_accept(struct call *call, const struct account *account);
/* The name that the client has logged in with may name its device, too: note that. */
void login_note_device(const struct call *call, const char *login);
/* Why an account may not be used, in a sentence that begins with a small letter and has no full
 * stop; NULL is allowed for the account. */
const char *login_obstacle(const struct account *account);
/* Log the session out of its account, and tell it so. */
void login_leave(struct call *call);
/* The account that a session is logged into, before and after registration. NULL: none. */
const char *login_account(const struct session *session);
uint64_t login_account_id(const struct session *session); /* 0: none of the database */

/* Must the session be logged in, to be welcomed and to stay? */
bool login_is_required(const struct world *world, const struct session *session);

/* The message of its login is complete: have it checked. */
void login_check(struct call *call);
/* The password counts as wrong: the session waits until it is told. */
void login_refuse(struct world *world, struct outbox *outbox, struct session *session);
/* The password for the name was wrong, which counts: likewise. */
void login_fail(
	struct world *world, struct outbox *outbox, struct session *session, const char *name);
/* Only the code behind it was. */
void login_fail_code(struct world *world, struct outbox *outbox, struct session *session,
	const struct account *account);

/* The verifier for a name: that of its account, or one that no password fits and that is the same
 * each time. */
void login_verifier(
	const struct world *world, const char *name, struct scram_verifier *ret_verifier);
