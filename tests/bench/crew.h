/* The crew: clients on connections to one server, shared out among threads. An activity says what
 * they do; the threads carry lines to it until it says that it is over. */
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
	const char *command; /* NUL does not end it: see n_command */
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
	bool is_busy; /* the activity waits for something of this client's */
	bool has_echo;
	char nick[NICK_BYTES];
	const char *caps; /* what it asks for; NULL: it does not negotiate */
	const char *tag;  /* what a floor is to put in front of its lines; NULL: nothing */
	char *partial;	  /* a line whose end has not come */
	size_t n_partial;
	uint32_t *next;	    /* talk: the number of the next message, by sender of the group */
	uint64_t heard;	    /* how many things the activity counts for it */
	uint64_t heard_sum; /* and of which clients, summed */
	uint64_t began_ns;
};

struct crew;
struct worker;

struct activity {
	/* Once for each client before anything is read. */
	void (*on_start)(struct worker *worker, struct client *client);
	void (*on_line)(struct worker *worker, struct client *client, const struct line *line);
	/* The server closed; NULL: that is a fault. */
	void (*on_end)(struct worker *worker, struct client *client);
	/* In the thread of the caller, while the others work; NULL: nothing. */
	void (*on_run)(struct crew *crew);
};

/* Log-linear: 32 steps for each doubling, so 3 % exact. */
#define LATENCY_STEPS 32
#define LATENCY_SLOTS (40 * LATENCY_STEPS)

struct worker {
	struct crew *crew;
	unsigned int number;
	int epoll;
	uint64_t now_ns; /* when the bytes in hand were read */
	uint64_t n_bytes;
	uint64_t n_lines;
	uint64_t n_events; /* what the activity counts: deliveries, registrations, ... */
	uint64_t latency[LATENCY_SLOTS];
	uint64_t latency_max_ns;
	char input[1 << 18];
};

struct crew {
	unsigned short port;
	unsigned int patience_ms; /* without a line from the server */
	bool is_floor;		  /* it is told in lines of its own what others know */
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
	atomic_uint_fast64_t n_done; /* shows that something goes on */
	_Atomic(const char *) fault; /* why the run is void */
	int over_event;
};

struct crew *crew_new(unsigned short port, unsigned int n_threads, uint32_t max_clients);

/* Forgets what was counted. */
void crew_reset(struct crew *crew);
/* Until the activity is over, something is wrong, or nothing happens for long. */
void crew_run(struct crew *crew, const struct activity *activity);

/* The first reason stays. A text that lives for ever. */
void crew_fault(struct crew *crew, const char *reason);
void crew_end_activity(struct crew *crew);
/* One of the clients that the activity waits for is done; the last one ends it. */
void client_done(struct worker *worker, struct client *client);

/* Blocking, as the kernel's buffers have room for what one client says. */
void client_say(struct worker *worker, struct client *client, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void client_send(struct crew *crew, struct client *client, const char *bytes, size_t n_bytes);
void client_connect(struct worker *worker, struct client *client);
void client_close(struct client *client);
void client_register(struct worker *worker, struct client *client);

struct worker *client_worker(struct crew *crew, const struct client *client);
bool line_is(const struct line *line, const char *command);
/* The client with the nick that a source begins with; -1: none of ours. */
int64_t line_index(const char *nick, size_t n_bytes);
