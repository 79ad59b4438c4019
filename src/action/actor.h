/* Who uses the powers of an operator of the server: a user on IRC, or a program of an administrator
 * that calls papod over the control socket. */
#pragma once

#include "action/command.h"

struct actor {
	struct world *world;
	struct outbox *outbox;
	const struct session *session; /* NULL: the control socket */
	const struct user *user;       /* NULL: the control socket, which acts as the server */
	const char *nick;	       /* as others see it */
	const char *source;	       /* nick!user@host, or the name of the server */
	const char *name;	       /* the operator, for the log and other operators */
};

struct actor actor_of_call(const struct call *call);
/* The name is what operators are told, and is borrowed. */
struct actor actor_of_server(struct world *world, struct outbox *outbox, const char *name);
/* NULL for the control socket: the log has no such field then. */
const char *actor_nick_for_log(const struct actor *actor);
