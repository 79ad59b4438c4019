/* The stage of a scenario: a world with a virtual clock and clients by name. All requests of the
 * world are carried out at once and always in the same way. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "act_check.h"
#include "archive_shelf.h"
#include "base/buffer.h"
#include "crash.h"
#include "fake_checker.h"
#include "fake_dns.h"
#include "fake_mailer.h"
#include "fake_pusher.h"
#include "fake_store.h"
#include "fake_worker.h"
#include "guard.h"
#include "lines.h"
#include "world/outbox.h"
#include "world/world.h"

#define CLIENTS 64
#define SOURCES 6

struct client {
	char *name;
	uint64_t id;
	bool is_connected;
	bool is_paused;
	bool is_stalled;    /* does not read its output */
	bool wants_drained; /* the server waits until it does */
	struct lines inbox;
	struct lines outgoing;
};

/* What happens to the server at each event. */
enum fate {
	FATE_PLAIN,   /* nothing */
	FATE_RESTART, /* the world is saved and loaded */
	FATE_CRASH,   /* it crashes after the dispatch, and continues from its log */
};

struct stage {
	struct world *world;
	enum fate fate;
	struct crash crash;
	uint64_t now_ms;
	uint64_t n_events;
	struct client clients[CLIENTS];
	size_t n_clients;
	struct buffer texts[SOURCES]; /* by enum source_kind: for the next reload */
	bool is_fresh[SOURCES];	      /* the next line replaces that text */
	struct fake_dns dns;
	uint64_t restarter; /* the session that last requested a restart */
	struct guard guard;
	struct fake_store store;
	struct fake_checker checker;
	struct fake_mailer mailer;
	struct archive_shelf history;
	struct fake_pusher pusher;
	struct lines log;
	struct lines replies;	  /* to datagrams */
	struct buffer transcript; /* every effect */
	struct buffer failure;	  /* the first failure; empty: none */
};

void stage_init(struct stage *stage, enum fate fate);
void stage_done(struct stage *stage);

/* The database is there, works again, fails, or has gone. */
void stage_set_storage(struct stage *stage, enum storage_state state);
/* The database has this account; the e-mail address and the hash may be NULL. */
void stage_add_account(struct stage *stage, const char *name, const char *email, const char *hash);
/* Another event, with all that follows from it at once. */
void stage_run(struct stage *stage, struct event event);
/* Answers of the store, of the mailer or of papod-push wait, or come. */
void stage_hold_answers(struct stage *stage, bool *of, bool is_held);

/* Record the first failure. */
void stage_fail(struct stage *stage, const char *format, ...) __attribute__((format(printf, 2, 3)));

struct client *stage_client(struct stage *stage, const char *name); /* created if needed */

/* One event each, with all that follows from it at once. */
void stage_connect(struct stage *stage, struct client *client, const char *address,
	const char *listener, const struct tls_facts *tls); /* NULL: without TLS */
void stage_say(struct stage *stage, struct client *client, const char *bytes, size_t length);
/* A datagram arrives at the listener. */
void stage_notify(struct stage *stage, const char *address, const char *listener, const char *bytes,
	size_t length);
/* It has got everything so far, and is about to end. */
void stage_deliver(struct stage *stage, struct client *client, char *unused);
void stage_close(struct stage *stage, struct client *client, const char *reason);
/* Log in to an account, which no event does so far; NULL: log out. */
void stage_log_in(struct stage *stage, struct client *client, const char *account);
void stage_overflow(struct stage *stage, struct client *client);
/* From now on the client reads nothing, or everything again. */
void stage_stall(struct stage *stage, struct client *client, bool is_stalled);
/* The client reads its output once. */
void stage_drain(struct stage *stage, struct client *client);
/* Send EVENT_ASLEEP or EVENT_AWAKE for it. */
void stage_sleep(struct stage *stage, struct client *client, enum event_kind kind);
void stage_reload(struct stage *stage, uint64_t session);
/* Gates say whether clients can verify the certificates of the server. */
void stage_certify(struct stage *stage, enum certificates certificates);
void stage_stop(struct stage *stage, const char *reason);
/* The last requested restart fails. */
void stage_fail_restart(struct stage *stage, const char *reason);
/* Let time pass, with every tick that becomes due. */
void stage_wait(struct stage *stage, uint64_t ms);
