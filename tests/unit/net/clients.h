/* Clients at the other ends of socket pairs, so that each turn is foreseeable, and a record
 * of what the connections told. */
#pragma once

#include "base/buffer.h"
#include "net/connection.h"

#define CLIENTS_MAX 8

struct clients {
	struct loop *loop;
	struct connections *connections;
	struct partial_lines *partials; /* they survive a death */
	struct buffer happened;		/* one line for each callback */
	char input[16];			/* how the input buffer began when a line was given */
	int peers[CLIENTS_MAX];		/* the clients' ends */
	int n_peers;
	int parked[CLIENTS_MAX]; /* the servers' ends, as others may hold them; -1: nobody does */
	bool pauses_on_line, closes_on_line, answers_overflow, answers_drained;
	uint64_t resumed_by_others; /* an id: a line of another client resumes it; 0: none */
	int work_ms;		    /* what a line takes */
	bool tells_notes;	    /* what happened has also what the journal needs */
};

int clients_setup(void **state);
int clients_teardown(void **state);

uint64_t clients_add(struct clients *clients); /* the id of its connection */
/* The same over TCP; both ends' buffers are small. */
uint64_t clients_add_tcp(struct clients *clients);
/* Somebody else holds its socket too. */
void clients_park(struct clients *clients, uint64_t id);
/* How much of what a client said has not been taken by us. */
int clients_unread(struct clients *clients, uint64_t id);
/* All connections are gone with their process; a new one begins, without a connection. */
void clients_die(struct clients *clients);
void clients_save(struct clients *clients, struct buffer *saved);
/* All connections are gone with their process; they come back without sockets. */
void clients_load(struct clients *clients, const struct buffer *saved);
uint64_t clients_add_parked(struct clients *clients, bool is_tcp);
/* All that has come to a client so far. */
void clients_hear(struct clients *clients, int peer, struct buffer *heard);
/* With the parked socket of that peer. 0 or a negative errno. */
int clients_attach(struct clients *clients, int peer, uint64_t id);
void clients_turn(struct clients *clients);
void clients_say(struct clients *clients, int peer, const char *text);
void clients_say_bytes(struct clients *clients, int peer, const char *bytes, size_t length);
void clients_hang_up(struct clients *clients, int peer);
void clients_send(struct clients *clients, uint64_t id, const char *text); /* to the client */
const struct connection *clients_inside(struct clients *clients, uint64_t id);

/* Since the last time it was asked. */
void assert_happened(struct clients *clients, const char *what);
/* What has come to the client since, and whether that was all. */
void assert_heard(struct clients *clients, int peer, const char *text, bool is_end);
/* Also: a silent client costs the loop nothing. */
void assert_sleeps(struct clients *clients);
