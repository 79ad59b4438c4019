/* Registering an account, however the client asks for it: REGISTER or NickServ. First the verifier
 * of its password is derived, then the account is stored. */
#pragma once

#include "action/command.h"
#include "world/changes.h"
#include "world/event.h"
#include "world/login.h"

struct registering {
	const char *name;
	const char *email;	/* NULL: none */
	const char *invitation; /* likewise */
	const char *password;
};

/* What stands in the place of an e-mail address: that, an invitation, or "*" or NULL for neither.
 */
void registering_set_contact(struct registering *asked, const char *word);

#define REFUSAL_BYTES 120

/* Why no account was registered. */
struct refusal {
	const char *code; /* of IRCv3 account-registration */
	char text[REFUSAL_BYTES];
};

/* The three steps. True: it is under way, or done in the last step. The session waits after the
 * first and the second one, and the caller tells it about a refusal. */
bool registering_begin(struct call *call, enum login_kind kind, const struct registering *asked,
	struct refusal *ret_refusal);
/* The verifier was derived; the change gets this kind. Ends the login. */
bool registering_derived(struct call *call, const struct event *event, enum change_kind kind,
	struct refusal *ret_refusal);
/* The change is over: a session that is still there is logged in, unless the account has to be
 * verified first: then a mail with a code is under way. */
enum registering_end {
	REGISTERING_REFUSED,
	REGISTERING_NEEDS_CODE,
	REGISTERING_DONE,
};
enum registering_end registering_stored(struct call *call, const struct change *change,
	enum stored status, struct refusal *ret_refusal);

/* Can the name not become that of an account, or another nick of one? True: refused. */
bool registering_refuses_name(
	const struct call *call, const char *name, struct refusal *ret_refusal);

/* The parts that a change of the password shares; a derived verifier comes as for a registration,
 * so the session has a login. True: refused. */
bool registering_refuses_password(
	const struct world *world, const char *password, struct refusal *ret_refusal);
void registering_derive(struct call *call, const char *password);
bool registering_refuses_verifier(const struct event *event, struct refusal *ret_refusal);
