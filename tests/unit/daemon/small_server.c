/* Owns the server into which tests load snapshots. */
#include "small_server.h"

#include <assert.h>

#define MOST_FILES 1024

static void ignore_entry(void *data, enum logbook entry, const char *const *fields)
{
	(void) data;
	(void) entry;
	(void) fields;
}

static const struct log no_log = { .write = ignore_entry };

static int park_nothing(void *data, int fd, uint64_t id, const char *listener)
{
	(void) data;
	(void) fd;
	(void) id;
	(void) listener;
	return 0;
}

static void unpark_nothing(void *data, uint64_t id)
{
	(void) data;
	(void) id;
}

static void make_parts(struct server *server, const struct engine_calls *calls)
{
	struct helpers_needs helpers = { server->loop, server->log, NULL, "/nonexistent", 10 };
	struct clients_needs clients = { .loop = server->loop,
		.log = server->log,
		.park = park_nothing,
		.unpark = unpark_nothing };
	int error = engine_new(server->loop, calls, &server->engine);

	assert(error == 0);
	helpers.engine = clients.engine = server->engine;
	error = helpers_new(&helpers, &server->helpers);
	assert(error == 0);
	clients.helpers = server->helpers;
	server->clients = clients_new(&clients);
	clients_limit_files(server->clients, MOST_FILES);
	server->connections = clients_connections(server->clients);
	server->listeners = clients_listeners(server->clients);
}

static void free_parts(struct server *server)
{
	clients_free(server->clients);
	helpers_free(server->helpers);
	engine_free(server->engine);
	loop_free(server->loop);
}

static void make_loop(struct server *server)
{
	int error = loop_new(&server->loop);

	assert(error == 0);
}

struct server small_server_new(void)
{
	struct server server = { .log = &no_log };

	make_loop(&server);
	make_parts(&server, NULL);
	return server;
}

void small_server_serve(struct server *server)
{
	struct engine_calls calls = server_engine_calls;

	free_parts(server);
	make_loop(server);
	calls.data = server;
	make_parts(server, &calls);
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
	free_parts(server);
}
