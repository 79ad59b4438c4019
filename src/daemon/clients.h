/* The clients: what happens to connections and listeners becomes events, and what effects ask of
 * connections is done. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "daemon/engine.h"
#include "daemon/helpers.h"
#include "net/connections.h"
#include "net/listeners.h"
#include "survival/event_log.h"

struct clients;

struct clients_needs {
	struct loop *loop;
	const struct log *log;
	struct engine *engine; /* gets the events; its world has the settings */
	struct helpers *helpers;
	/* A socket is put where it outlives us: 0, or a negative errno as of parking_add(). */
	int (*park)(void *data, int fd, uint64_t id, const char *listener);
	void (*unpark)(void *data, uint64_t id);
	/* What no event tells: input that is no line, output that is dropped. */
	void (*note)(void *data, enum event_log_kind kind, struct event_log_note note);
	void *data;
};

/* What effects ask of others than connections. NULL: nothing comes of it. */
struct clients_others {
	void (*ask)(void *data, const struct effect *effect); /* EFFECT_VERIFY, EFFECT_LOOKUP */
	void (*reload)(void *data, const struct effect *effect);
	void (*restart)(void *data, const struct effect *effect);
	void (*log)(void *data, const struct effect *effect);
	void *data;
};

/* It has things to do at the end of the loop's turns, after those that were there before. */
struct clients *clients_new(const struct clients_needs *needs);
/* Closes the connections as connections_free() does. NULL is fine. */
void clients_free(struct clients *clients);

struct connections *clients_connections(const struct clients *clients);
struct listeners *clients_listeners(const struct clients *clients);

/* A client's descriptors are below that, less what the settings reserve. Without it, no client is
 * let in. */
void clients_limit_files(struct clients *clients, uint64_t most_files);
uint64_t clients_most_files(const struct clients *clients);

/* The effects of an event, in their order. */
void clients_carry_out(
	struct clients *clients, const struct outbox *outbox, const struct clients_others *others);

/* See listener_accept_fn; the data are clients. */
void clients_accept(void *data, int fd, const char *listener, const struct address *address,
	bool has_inherited);
/* A connection that there is already, but no session yet. */
void clients_welcome(struct clients *clients, uint64_t id, int fd, const char *listener);
/* A session without a connection. */
void clients_end_session(struct clients *clients, uint64_t session, const char *reason);
/* Both: the connection is closed. */
void clients_drop(struct clients *clients, uint64_t session, const char *reason);

/* Log how many were refused since the last entry, once a minute. */
void clients_log_refused(struct clients *clients);
uint64_t clients_next_deadline(const struct clients *clients); /* of that */
