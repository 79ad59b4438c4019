/* The parts of a server that most others need: no log of events, nobody there. */
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
	struct survival_wiring *wiring; /* that keeps its events and sockets; NULL: nobody */
	/* What the test wants to hear of; NULL: nothing. */
	void (*on_event)(void *data, const struct event *event);
	void (*on_effects)(void *data, const struct outbox *outbox);
	void *data;
};

/* It loads and saves snapshots, and cannot handle events. */
struct small_server small_server_new(void);
/* From now on it handles events, in a world with nobody; with the log that it has by now. */
void small_server_serve(struct small_server *server);
/* With settings; these are the caller's. */
struct settings *small_server_begin(struct small_server *server);
const char *small_server_load(struct small_server *server, const void *bytes, size_t length);
void small_server_save(const struct small_server *server, struct buffer *out);
void small_server_done(struct small_server *server);
