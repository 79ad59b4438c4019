/* How often passwords and codes may be tried.
 *
 * No client can lock others out of an account: a limit holds for one address and one name, and for
 * one address and all names. It does not hold for an address from which the account was logged in
 * to within the last one or two weeks, so a stranger behind the same address locks out no such
 * client. From all addresses together, failures only lengthen the time until a refusal. Names
 * without an account count like others.
 *
 * Codes of six digits are too few for that. Only a client that knows the password can guess them,
 * so their limit holds for the account or operator, and apart from that for each known address. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "world/session.h"
#include "world/world.h"

struct code_owner;

/* False: further passwords are refused unseen for a while. */
bool login_may_try(const struct world *world, const struct session *session, const char *name);
void login_count_failure(struct world *world, const struct session *session, const char *name);
/* How long after it came a wrong password for the name is refused. */
uint64_t login_refusal_ms(const struct world *world, const char *name);
/* The account was logged in to, or the operator was there, from the address of the session. */
void login_know_address(
	struct world *world, const struct session *session, const struct code_owner *owner);

/* The same for codes behind a right password, or without one. */
bool code_may_try(
	const struct world *world, const struct session *session, const struct code_owner *owner);
void code_count_failure(
	struct world *world, const struct session *session, const struct code_owner *owner);

/* The same for passwords of OPER, whatever the name; but an address from which the operator with
 * this name, which may be NULL, was there lately has no limit. */
bool oper_may_try(const struct world *world, const struct session *session, const char *name);
void oper_count_failure(struct world *world, const struct session *session);
