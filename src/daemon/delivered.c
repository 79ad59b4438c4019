/* Owns the question which clients have got everything when they end, or the server does. */
#include "daemon/delivered.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "daemon/engine.h"
#include "net/connections.h"
#include "world/event.h"
#include "world/session.h"
#include "world/user.h"
#include "world/world.h"

void delivered_note(struct engine *engine, uint64_t session)
{
	struct event event = { .kind = EVENT_DELIVERED, .session = session };

	engine_handle(engine, &event);
}

/* Any event may end sessions, so they are collected first. */
static size_t collect_delivered(
	const struct world *world, const struct connections *connections, uint64_t *ids)
{
	const struct session *session;
	size_t n = 0;

	LIST_EACH (session, &world->sessions, in_world)
		if (session->user && session->user->account_id &&
			connections_have_delivered(connections, session->id))
			ids[n++] = session->id;
	return n;
}

void delivered_stop(
	struct engine *engine, const struct connections *connections, const char *reason)
{
	const struct world *world = engine_world(engine);
	CLEANUP(mem_freep) uint64_t *ids = mem_new((world->n_sessions + 1) * sizeof(*ids));
	struct event event = { .kind = EVENT_STOP, .text = reason, .text_length = strlen(reason) };
	size_t n = collect_delivered(world, connections, ids);

	for (size_t i = 0; i < n; i++)
		delivered_note(engine, ids[i]);
	engine_handle(engine, &event);
}
