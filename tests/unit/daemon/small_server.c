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

static void make_helpers(struct server *server)
{
	const struct helpers_needs needs = { server->loop, server->log, server->engine,
		"/nonexistent", 10 };
	int error = helpers_new(&needs, &server->helpers);

	assert(error == 0);
}

struct server small_server_new(void)
{
	const struct connection_callbacks callbacks = { 0 };
	struct server server = { .log = &no_log };
	int error = loop_new(&server.loop);

	assert(error == 0);
	error = engine_new(server.loop, NULL, &server.engine);
	assert(error == 0);
	make_helpers(&server);
	server.connections = connections_new(server.loop, server.log, &callbacks);
	return server;
}

void small_server_serve(struct server *server)
{
	struct engine_calls calls = server_engine_calls;
	int error;

	helpers_free(server->helpers);
	engine_free(server->engine);
	calls.data = server;
	error = engine_new(server->loop, &calls, &server->engine);
	assert(error == 0);
	make_helpers(server);
	engine_set_world(server->engine, world_new());
}

const char *small_server_load(struct server *server, const void *bytes, size_t length)
{
	const struct snapshot_parts parts = server_parts(server);

	return snapshot_load(&parts, bytes, length);
}

void small_server_save(const struct server *server, struct buffer *out)
{
	const struct snapshot_parts parts = server_parts(server);

	snapshot_save(&parts, out);
}

void small_server_done(struct server *server)
{
	connections_free(server->connections);
	helpers_free(server->helpers);
	engine_free(server->engine);
	loop_free(server->loop);
}
