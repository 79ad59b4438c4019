/* Owns the parts of a server that tests of the other parts need. */
#include "small_server.h"

#include <assert.h>

#include "config/problem.h"
#include "config/settings.h"
#include "daemon/snapshot.h"

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

static void note_nothing(void *data, enum event_log_kind kind, struct event_log_note note)
{
	(void) data;
	(void) kind;
	(void) note;
}

static void make_parts(struct small_server *server, const struct engine_calls *calls)
{
	struct helpers_needs helpers = { NULL, server->log, NULL,
		{ "/nonexistent", "/nonexistent" }, 10 };
	struct clients_needs clients = { .log = server->log,
		.park = park_nothing,
		.unpark = unpark_nothing,
		.note = note_nothing };
	int error = loop_new(&server->loop);

	if (server->wiring) {
		clients.park = survival_wiring_park;
		clients.unpark = survival_wiring_unpark;
		clients.note = survival_wiring_note;
		clients.data = server->wiring;
	}
	assert(error == 0);
	error = engine_new(server->loop, calls, &server->engine);
	assert(error == 0);
	helpers.loop = clients.loop = server->loop;
	helpers.engine = clients.engine = server->engine;
	error = helpers_new(&helpers, &server->helpers);
	assert(error == 0);
	clients.helpers = server->helpers;
	server->clients = clients_new(&clients);
	clients_limit_files(server->clients, MOST_FILES);
	server->connections = clients_connections(server->clients);
}

struct small_server small_server_new(void)
{
	struct small_server server = { .log = &no_log };

	make_parts(&server, NULL);
	return server;
}

static void before_event(void *data, const struct event *event)
{
	const struct small_server *server = data;

	if (server->on_event)
		server->on_event(server->data, event);
	if (server->wiring)
		survival_wiring_log_event(server->wiring, event);
}

static void after_event(void *data, const struct event *event, const struct outbox *outbox)
{
	const struct small_server *server = data;

	if (server->on_effects)
		server->on_effects(server->data, outbox);
	if (server->wiring)
		survival_wiring_log_done(server->wiring, event, outbox);
}

static void carry_out(void *data, const struct outbox *outbox)
{
	const struct small_server *server = data;
	const struct clients_others nobody = { 0 };

	clients_carry_out(server->clients, outbox, &nobody);
}

void small_server_serve(struct small_server *server)
{
	const struct engine_calls calls = { before_event, after_event, carry_out, NULL, server };

	small_server_done(server);
	make_parts(server, &calls);
	engine_set_world(server->engine, world_new());
}

struct settings *small_server_begin(struct small_server *server)
{
	const struct source source = { SOURCE_KIND_CONFIG, "papod.conf", server->config };
	struct event event = { .kind = EVENT_SETTINGS };
	struct problems problems = { 0 };

	event.settings = settings_parse(&source, server->config ? 1 : 0, &problems);
	assert(event.settings);
	problems_done(&problems);
	engine_handle(server->engine, &event);
	return event.settings;
}

static struct snapshot_parts parts_of(const struct small_server *server)
{
	return (struct snapshot_parts){ server->connections, server->helpers, server->engine,
		NULL };
}

const char *small_server_load(struct small_server *server, const void *bytes, size_t length)
{
	const struct snapshot_parts parts = parts_of(server);

	return snapshot_load(&parts, bytes, length);
}

void small_server_save(const struct small_server *server, struct buffer *out)
{
	const struct snapshot_parts parts = parts_of(server);

	snapshot_save(&parts, out);
}

void small_server_done(struct small_server *server)
{
	clients_free(server->clients);
	helpers_free(server->helpers);
	engine_free(server->engine);
	loop_free(server->loop);
}
