/* The crew: clients with connections to one server, distributed over threads. An activity defines
 * what they do; the threads pass it lines until it ends. */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NO_GROUP UINT32_MAX
#define MAX_THREADS 8
#define NICK_BYTES 7 /* "n00000" */

/* One line from the server, without its CR LF. */
struct line {
	const char *source; /* without the colon; empty: none */
	size_t n_source;
	const char *command; /* without a NUL: see n_command */
	size_t n_command;
	const char *rest; /* behind the command's space */
	size_t n_rest;
	const char *tags; /* with the @; empty: none */
	size_t n_tags;
};

struct client {
	int fd; /* -1: not connected */
	uint32_t index;
	uint32_t group;
	bool is_busy; /* the activity waits for this client */
	bool has_echo;
	char nick[NICK_BYTES];
	const char *caps; /* capabilities to request; NULL: no negotiation */
	const char *tag;  /* what a floor must put in front of lines to it; NULL: nothing */
	char *partial;	  /* a partial line */
	size_t n_partial;
	uint32_t *next;	    /* talk: the number of the next message, by sender of the group */
	uint64_t heard;	    /* events that the activity counts for it */
	uint64_t heard_sum; /* sum of the numbers of their clients */
	uint64_t began_ns;
};

struct crew;
struct worker;

struct activity {
	/* Once for each client before anything is read. */
	void (*on_start)(struct worker *worker, struct client *client);
	void (*on_line)(struct worker *worker, struct client *client, const struct line *line);
	/* The server closed the connection; NULL: that is a fault. */
	void (*on_end)(struct worker *worker, struct client *client);
	/* Runs in the caller's thread while the others work; NULL: nothing. */
	void (*on_run)(struct crew *crew);
};

/* Log-linear: 32 steps for each doubling, accurate to 3 %. */
#define LATENCY_STEPS 32
#define LATENCY_SLOTS (40 * LATENCY_STEPS)

struct worker {
	struct crew *crew;
	unsigned int number;
	int epoll;
	uint64_t now_ns; /* when the current bytes were read */
	uint64_t n_bytes;
	uint64_t n_lines;
	uint64_t n_events; /* counted by the activity: deliveries, registrations, ... */
	uint64_t latency[LATENCY_SLOTS];
	uint64_t latency_max_ns;
	char input[1 << 18];
};

struct crew {
	unsigned short port;
	unsigned int patience_ms; /* without a line from the server */
	bool is_floor;		  /* it needs special lines for what other servers know */
	bool is_paired;		  /* groups are two clients without a channel */
	uint32_t group_size;
	uint32_t n_groups;
	struct client *clients;
	uint32_t n_clients;
	struct worker *workers[MAX_THREADS];
	unsigned int n_workers;
	const struct activity *activity;
	void *plan;		     /* the activity's own */
	atomic_uint n_pending;	     /* clients that the activity waits for */
	atomic_bool is_over;	     /* the activity */
	atomic_uint_fast64_t n_done; /* shows progress */
	_Atomic(const char *) fault; /* why the run is void */
	int over_event;
};

struct crew *crew_new(unsigned short port, unsigned int n_threads, uint32_t max_clients);

/* Reset all counts. */
void crew_reset(struct crew *crew);
/* Run until the activity ends, a fault occurs, or nothing happens for long. */
void crew_run(struct crew *crew, const struct activity *activity);

/* Only the first reason is stored. The text must be static. */
void crew_fault(struct crew *crew, const char *reason);
void crew_end_activity(struct crew *crew);
/* The activity no longer waits for this client; the last client ends it. */
void client_done(struct worker *worker, struct client *client);

/* Blocking, because the kernel's buffers have room for the output of one client. */
void client_say(struct worker *worker, struct client *client, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void client_send(struct crew *crew, struct client *client, const char *bytes, size_t n_bytes);
void client_connect(struct worker *worker, struct client *client);
void client_close(struct client *client);
void client_register(struct worker *worker, struct client *client);

struct worker *client_worker(struct crew *crew, const struct client *client);
bool line_is(const struct line *line, const char *command);
/* The index of the client whose nick begins the source; -1: not of the crew. */
int64_t line_index(const char *nick, size_t n_bytes);
