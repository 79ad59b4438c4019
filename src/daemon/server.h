/* The running server: what is glued together, and the parts of the gluing. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/log.h"
#include "daemon/arguments.h"
#include "daemon/clients.h"
#include "daemon/cloak_key.h"
#include "daemon/engine.h"
#include "daemon/handover.h"
#include "daemon/helpers.h"
#include "daemon/inheritance.h"
#include "daemon/notifier.h"
#include "daemon/recording.h"
#include "daemon/reload.h"
#include "daemon/snapshot.h"
#include "daemon/survival_wiring.h"
#include "net/connections.h"
#include "net/listeners.h"
#include "net/loop.h"
#include "survival/descriptors.h"

struct server {
	const struct arguments *arguments;
	const struct log *log;
	struct cloak_key *cloak_key;
	int state_lock_fd; /* -1: there is no state directory, or none to lock yet */

	struct loop *loop;
	struct clients *clients;
	struct connections *connections; /* of the clients; so the next */
	struct listeners *listeners;
	struct notifier *notifier;
	struct recording *recording; /* NULL: not asked for, or failed */

	struct inheritance inheritance;
	struct descriptors inherited; /* from the process before this one */
	bool has_told_of_sleepers;

	struct engine *engine;
	struct helpers *helpers;
	struct survival_wiring wiring;
	struct survival *survival; /* of the wiring */
	struct reload *reload;
	struct handover *handover;
	char *program; /* see handover_find_program() */

	size_t n_connections; /* at the end of the last turn */
	bool has_news;	      /* the status is to be sent anew */
	size_t told_users;    /* in the last status; and so the channels */
	size_t told_channels;

	bool is_stopping;
	bool is_restarting;	 /* stopping, to start again */
	bool was_terminated;	 /* by SIGTERM: whoever sent it may start us again */
	bool has_terminal;	 /* people read our standard error */
	bool has_passed_sockets; /* by systemd */
	bool is_successor;	 /* of another program in this process */
};

/* Serve until told to stop. An exit status: EX_TEMPFAIL if the service manager shall start us
 * again. */
int server_run(const struct arguments *arguments, const struct log *log);

extern const struct engine_calls server_engine_calls; /* except the data */

/* sleepers.c */
int sleepers_fd_limit(struct server *server); /* see parking_visitor */
/* There is no room for this socket. Whether it may sleep; else its client has been told. */
bool sleepers_may_stay(const struct server *server, int fd, uint64_t id);
void sleepers_begin(struct server *server); /* after a recovery: it is known who sleeps */
void sleepers_tick(struct server *server);  /* the end of a turn */
void sleepers_stop(struct server *server, const char *reason);
void sleepers_describe(const struct server *server, struct buffer *out);

/* recovery.c: true: all is as the last process left it. */
bool server_recover(struct server *server);
