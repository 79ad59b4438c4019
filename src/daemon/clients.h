/* The clients: turns what happens to connections and listeners into events, and carries out the
 * effects on connections. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "daemon/clients_others.h"
#include "daemon/engine.h"
#include "daemon/helpers.h"
#include "net/connections.h"
#include "net/listeners.h"
#include "net/proxied.h"
#include "net/wrapping.h"
#include "proto/gate_message.h"
#include "survival/event_log.h"

struct clients;

struct clients_needs {
	struct loop *loop;
	const struct log *log;
	struct engine *engine; /* gets the events; its world contains the settings */
	struct helpers *helpers;
	/* Park a socket so that it outlives the process: 0, or a negative errno as of
	 * parking_add(). */
	int (*park)(void *data, int fd, uint64_t id, const char *listener);
	void (*unpark)(void *data, uint64_t id);
	/* Log what is not in events: input that is no line, output that is dropped. */
	void (*note)(void *data, enum event_log_kind kind, struct event_log_note note);
	void *data;
};

/* Registers calls at the end of the loop's turns, after earlier ones. */
struct clients *clients_new(const struct clients_needs *needs);
/* Closes the connections as connections_free() does. NULL is allowed. */
void clients_free(struct clients *clients);

struct connections *clients_connections(const struct clients *clients);
struct listeners *clients_listeners(const struct clients *clients);

/* Set the limit for descriptors of clients, from which the settings reserve some. Before this call
 * no client is admitted. */
void clients_limit_files(struct clients *clients, uint64_t most_files);
uint64_t clients_most_files(const struct clients *clients);

/* Carry out the effects of an event in order. */
void clients_carry_out(
	struct clients *clients, const struct outbox *outbox, const struct clients_others *others);

/* See listener_accept_fn; the data are clients. */
void clients_accept(void *data, int fd, const char *listener, const struct address *address,
	bool has_inherited);

/* Connections to a listener with the option proxy_protocol wait for their PROXY header before they
 * become clients. Their sockets are parked too, under ids that no connection has. */
const struct proxied *clients_proxied(const struct clients *clients);
bool clients_is_proxied_id(uint64_t id);
/* Go on waiting for the header of a socket that is parked under this id. */
void clients_await_header(struct clients *clients, uint64_t id, int fd, const char *listener);

/* A client whose gate offers it. Everything but the descriptor lasts as long as the call. */
struct clients_offer {
	int fd;
	const char *listener;
	const struct address *address;
	struct wrapping_setup setup;
	const struct tls_facts *facts;
	bool is_again; /* it may have been taken before, by this process or the one before */
};

/* Take the client over, once for each origin: a second offer changes nothing. NULL: it outlives the
 * process now, or the reason why not (static text). The descriptor is owned in both cases. */
const char *clients_adopt(struct clients *clients, const struct clients_offer *offer);
/* A gate asks who uploads a file: it is a client at this socket, with the address of the uploader.
 * The descriptor is owned; NULL: the uploader does not use TLS. */
void clients_take_question(struct clients *clients, int fd, const struct address *address,
	const struct tls_facts *facts);
/* A gate has said whether clients can verify its certificates. */
void clients_note_certificates(
	const struct clients *clients, enum certificates certificates, struct gate_bytes facts);
/* Create the session of an existing connection. */
void clients_welcome(struct clients *clients, uint64_t id, int fd, const char *listener);
/* End a session that has no connection. */
void clients_end_session(struct clients *clients, uint64_t session, const char *reason);
/* End both: the connection is closed. */
void clients_drop(struct clients *clients, uint64_t session, const char *reason);

/* Call in each turn: logs the number of refused clients since the last entry, once a minute, and
 * refuses connections whose PROXY header is late. */
void clients_tick(struct clients *clients);
uint64_t clients_next_deadline(const struct clients *clients);
