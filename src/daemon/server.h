/* The running server: what is glued together, and the parts of the gluing. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/log.h"
#include "daemon/arguments.h"
#include "daemon/cloak_key.h"
#include "daemon/notifier.h"
#include "daemon/recording.h"
#include "daemon/resolver.h"
#include "daemon/worker.h"
#include "net/connections.h"
#include "net/listeners.h"
#include "net/loop.h"
#include "world/outbox.h"
#include "world/world.h"

struct pending_event;

struct server {
	const struct arguments *arguments;
	const struct log *log;
	struct settings *settings;
	char *source_names;
	struct cloak_key *cloak_key;

	struct loop *loop;
	struct connections *connections;
	struct listeners *listeners;
	struct notifier *notifier;
	struct worker *verifier; /* passwords only: name servers must not delay them */
	struct resolver *resolver;
	struct recording *recording; /* NULL: not asked for, or failed */

	struct world *world;
	struct outbox outbox;
	struct pending_event *pending; /* events that came while one was being handled */
	struct pending_event **pending_end;
	bool is_handling;

	uint64_t dice;	      /* state of the seeds that events carry */
	uint64_t turn_ms;     /* when the clocks were read */
	uint64_t expected_ms; /* the turn was to come then, at the latest */
	uint64_t stalled_ms;  /* how long we did not run though we wanted to */
	uint64_t wall_ms;
	size_t n_connections; /* at the end of the last turn */
	uint64_t most_files;
	uint64_t full_told_ms; /* when the log heard of a full server */

	char *reload_problem; /* why the last reload was refused; NULL: it was not */
	bool wants_reload;
	uint64_t reload_session; /* who asked, 0: a signal */
	bool is_stopping;
	bool is_restarting;	 /* stopping, to start again */
	bool has_terminal;	 /* people read our standard error */
	int n_missing;		 /* listeners without a socket */
	bool has_passed_sockets; /* by systemd */
};

/* Not a status that a program can exit with: start it again. */
#define SERVER_AGAIN (-1)

/* Serve until told to stop. An exit status: EX_TEMPFAIL if whoever started us shall do so again,
 * SERVER_AGAIN if nobody but ourselves would. */
int server_run(const struct arguments *arguments, const struct log *log);

/* steps.c: the clock of the events. */
uint64_t server_now_ms(struct server *server);
uint64_t server_loop_ms(const struct server *server, uint64_t now_ms); /* as the loop has it */

/* One event through the core, and its effects carried out. The clock and the
 * dice are filled in here. */
void server_handle(struct server *server, struct event *event);
void server_forget_pending(struct server *server);

/* effects.c */
void server_carry_out(struct server *server, const struct outbox *outbox);
void server_verified(void *data, const struct job *job);
void server_named(void *data, uint64_t session, uint64_t request, const char *name);

/* clients.c: what connections and listeners call. */
extern const struct connection_callbacks server_connection_callbacks; /* but the data */
void server_accept(
	void *data, int fd, const char *listener, const struct address *address, uint32_t uid);

/* reload.c */
void server_reload(struct server *server, uint64_t session);
void server_apply_listeners(struct server *server);
void server_status(const struct server *server, struct buffer *out);

/* problems.c: each problem into the log; the first error, or NULL. */
const struct problem *problems_log(const struct problems *problems, const struct log *log);
