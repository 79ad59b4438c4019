/* The stage of a scenario: a world with a virtual clock, clients by name, and everything
 * that the world wants from outside done at once and always the same way. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "crash.h"
#include "guard.h"
#include "world/outbox.h"
#include "world/world.h"

#define CLIENTS 64
#define NAMES 16

/* Lines that wait: to be read by the scenario, or to be taken by the server. */
struct lines {
	char **items;
	size_t count;
	size_t next;
};

struct client {
	char *name;
	uint64_t id;
	bool is_connected;
	bool is_paused;
	bool is_stalled;    /* does not take what is sent to it */
	bool wants_drained; /* the server waits for it to */
	struct lines inbox;
	struct lines outgoing;
};

/* What befalls the server at each event. */
enum fate {
	FATE_PLAIN,   /* nothing */
	FATE_RESTART, /* the world is saved and loaded */
	FATE_CRASH,   /* it dies once the event is dispatched, and goes on from its log */
};

struct stage {
	struct world *world;
	uint8_t offers; /* of each world: enum world_offer */
	enum fate fate;
	struct crash crash;
	uint64_t now_ms;
	uint64_t n_events;
	struct client clients[CLIENTS];
	size_t n_clients;
	struct buffer texts[4]; /* by enum source_kind: what the next reload reads */
	bool is_fresh[4];	/* the next line of that text starts it anew */
	struct {
		char *address, *name;
	} names[NAMES]; /* what the resolver knows */
	size_t n_names;
	uint64_t restarter; /* the session that last asked for a restart */
	struct guard guard;
	struct lines log;
	struct buffer transcript; /* every effect */
	struct buffer failure;	  /* what went wrong first; empty: nothing */
};

void stage_init(struct stage *stage, enum fate fate);
void stage_done(struct stage *stage);

/* From now on, what only some servers have; at first everything. */
void stage_offer(struct stage *stage, uint8_t offers);

/* Remember the first thing that goes wrong. */
void stage_fail(struct stage *stage, const char *format, ...) __attribute__((format(printf, 2, 3)));

struct client *stage_client(struct stage *stage, const char *name); /* made if need be */

/* One event, and all that follows from it at once. */
void stage_connect(
	struct stage *stage, struct client *client, const char *address, const char *listener);
void stage_say(struct stage *stage, struct client *client, const char *bytes, size_t length);
void stage_close(struct stage *stage, struct client *client, const char *reason);
/* Into an account, which no event does so far; NULL: out. */
void stage_log_in(struct stage *stage, struct client *client, const char *account);
void stage_overflow(struct stage *stage, struct client *client);
/* From now on the client takes nothing; or everything, as at first. */
void stage_stall(struct stage *stage, struct client *client, bool is_stalled);
/* It takes, once, what has been sent to it. */
void stage_drain(struct stage *stage, struct client *client);
/* EVENT_ASLEEP or EVENT_AWAKE happens to it. */
void stage_sleep(struct stage *stage, struct client *client, enum event_kind kind);
void stage_reload(struct stage *stage, uint64_t session);
void stage_stop(struct stage *stage, const char *reason);
/* The last one that was asked for. */
void stage_fail_restart(struct stage *stage, const char *reason);
/* Let time pass, with every tick that becomes due on the way. */
void stage_wait(struct stage *stage, uint64_t ms);

void lines_put(struct lines *lines, const char *bytes, size_t length);
const char *lines_take(struct lines *lines); /* NULL: none left */
void lines_done(struct lines *lines);
