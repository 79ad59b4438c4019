/* The parts of a server that most others need, without an event log and without clients. */
#pragma once

#include "daemon/clients.h"
#include "daemon/engine.h"
#include "daemon/helpers.h"
#include "daemon/survival_wiring.h"

struct small_server {
	const struct log *log;
	struct loop *loop;
	struct engine *engine;
	struct helpers *helpers;
	struct clients *clients;
	struct connections *connections;
	const char *config;		/* text for small_server_begin(); NULL: the defaults */
	struct survival_wiring *wiring; /* which keeps its events and sockets; NULL: none */
	/* Callbacks of the test; NULL: none. */
	void (*on_event)(void *data, const struct event *event);
	void (*on_effects)(void *data, const struct outbox *outbox);
	void *data;
};

/* Such a server loads and saves snapshots, but cannot handle events. */
struct small_server small_server_new(void);
/* Let it handle events, in an empty world, with its current log. */
void small_server_serve(struct small_server *server);
/* The same with settings, which the caller owns. */
struct settings *small_server_begin(struct small_server *server);
const char *small_server_load(struct small_server *server, const void *bytes, size_t length);
void small_server_save(const struct small_server *server, struct buffer *out);
void small_server_done(struct small_server *server);
