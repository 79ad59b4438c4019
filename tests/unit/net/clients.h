/* Clients at the other ends of socket pairs, so that each turn is predictable, and a record of the
 * callbacks. */
#pragma once

#include "base/buffer.h"
#include "net/connection.h"

#define CLIENTS_MAX 8

struct clients {
	struct loop *loop;
	struct connections *connections;
	struct partial_lines *partials; /* they outlive a crash, and so do the next ones */
	struct wrappings *wrappings;	/* NULL: none */
	const struct tls_keys *keys;	/* of the next client; NULL: no TLS */
	bool has_frames;		/* the next client speaks WebSocket */
	struct buffer happened;		/* one line for each callback */
	char input[16];			/* start of the input buffer when a line was reported */
	int peers[CLIENTS_MAX];		/* the clients' ends */
	int n_peers;
	int parked[CLIENTS_MAX]; /* copies of the servers' ends; -1: none */
	bool pauses_on_line, closes_on_line, answers_overflow, answers_drained;
	uint64_t resumed_by_others; /* id of a connection that a line of another client resumes; 0:
				       none */
	long long work_ns;	    /* how long a line takes */
	const char *answer;	    /* sent to the client for each line; NULL: none */
	int n_delivered;	    /* of those that have ended */
	bool tells_notes;	    /* `happened` also contains the notes for the log */
};

int clients_setup(void **state);
int clients_teardown(void **state);

uint64_t clients_add(struct clients *clients); /* the id of its connection */
/* The same over TCP; both ends' buffers are small. */
uint64_t clients_add_tcp(struct clients *clients);
/* Keep a copy of its socket, as if it were parked. */
void clients_park(struct clients *clients, uint64_t id);
/* Bytes of the client that are still in the kernel. */
int clients_unread(struct clients *clients, uint64_t id);
/* The process crashes with all connections; a new one starts without any. */
void clients_die(struct clients *clients);
void clients_save(struct clients *clients, struct buffer *saved);
/* The process crashes with all connections; they are loaded without sockets. */
void clients_load(struct clients *clients, const struct buffer *saved);
uint64_t clients_add_parked(struct clients *clients, bool is_tcp);
/* All that a client has received so far. */
void clients_hear(struct clients *clients, int peer, struct buffer *heard);
/* Attach the parked socket of that peer. 0 or a negative errno. */
int clients_attach(struct clients *clients, int peer, uint64_t id);
void clients_turn(struct clients *clients);
void clients_say(struct clients *clients, int peer, const char *text);
void clients_say_bytes(struct clients *clients, int peer, const char *bytes, size_t length);
void clients_hang_up(struct clients *clients, int peer);
void clients_send(struct clients *clients, uint64_t id, const char *text); /* to the client */
const struct connection *clients_inside(struct clients *clients, uint64_t id);

/* Since the last call. */
void assert_happened(struct clients *clients, const char *what);
/* What the client has received since, and whether the end followed. */
void assert_heard(struct clients *clients, int peer, const char *text, bool is_end);
/* Also: a silent client costs the loop nothing. */
void assert_sleeps(struct clients *clients);
