/* Owns the server into which tests load snapshots. */
#include "small_server.h"

#include <assert.h>

static void ignore_entry(void *data, enum logbook entry, const char *const *fields)
{
	(void) data;
	(void) entry;
	(void) fields;
}

static const struct log no_log = { .write = ignore_entry };

struct server small_server_new(void)
{
	const struct connection_callbacks callbacks = { 0 };
	struct server server = { .log = &no_log };
	int error = loop_new(&server.loop);

	assert(error == 0);
	error = engine_new(server.loop, NULL, &server.engine);
	assert(error == 0);
	server.connections = connections_new(server.loop, server.log, &callbacks);
	return server;
}

void small_server_serve(struct server *server)
{
	struct engine_calls calls = server_engine_calls;
	int error;

	engine_free(server->engine);
	calls.data = server;
	error = engine_new(server->loop, &calls, &server->engine);
	assert(error == 0);
	engine_set_world(server->engine, world_new());
}

void small_server_done(struct server *server)
{
	connections_free(server->connections);
	requests_done(&server->requests);
	engine_free(server->engine);
	loop_free(server->loop);
}
