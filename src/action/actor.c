/* Owns who acts as an operator. */
#include "action/actor.h"

#include "world/operating.h"
#include "world/user.h"

struct actor actor_of_call(const struct call *call)
{
	return (struct actor){
		.world = call->world,
		.outbox = call->outbox,
		.session = call->session,
		.user = call->user,
		.nick = call->user->nick,
		.source = call->user->source,
		.name = session_operator(call->session),
	};
}

struct actor actor_of_server(struct world *world, struct outbox *outbox, const char *name)
{
	return (struct actor){
		.world = world,
		.outbox = outbox,
		.nick = world->settings->server_name,
		.source = world->settings->server_name,
		.name = name,
	};
}

const char *actor_nick_for_log(const struct actor *actor)
{
	return actor->user ? actor->nick : NULL;
}
