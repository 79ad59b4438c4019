/* The certificates that log in to an account, however their owner asks for them: with CERT of
 * NickServ or with CLIENTCERT. */
#pragma once

#include <stdbool.h>

#include "action/command.h"
#include "world/accounts.h"
#include "world/changes.h"

/* What papod has seen of the client's certificate. NULL: nothing, or only its gateway has, which
 * could claim any. */
const struct tls_facts *certificate_facts(const struct session *session);

enum pinning {
	PINNING_FREE,
	PINNING_OWN,	 /* the account has it */
	PINNING_OTHERS,	 /* another account has it */
	PINNING_OUTSIDE, /* an outside checker alone says who may log in */
	PINNING_MANY,	 /* the account has as many as it may */
};

/* May its account have that certificate too? One that another account has named without proof gives
 * way to proof. */
enum pinning certificate_pinning(
	const struct world *world, const struct account_certificate *certificate);

/* A change that adds or removes it; the caller asks for it. The account is not being changed. */
struct change *certificate_change(
	struct world *world, const struct account_certificate *certificate, bool is_removal);
